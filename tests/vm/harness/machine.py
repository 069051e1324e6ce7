# SPDX-License-Identifier: GPL-2.0-or-later
"""One QEMU: start it, listen to it, wait for its end."""

import json
import socket
import subprocess
import threading
import time
from pathlib import Path


# Time is what a boot test costs; none of these change what is tested.
FAST = "mitigations=off tsc=reliable cryptomgr.notests no_timer_check"


class Stop(Exception):
    """The machine cannot be run or watched any further."""


class Qmp:
    """The monitor: events are collected, commands answered in order."""

    def __init__(self, path):
        self.socket = connect(path)
        self.file = self.socket.makefile("rw")
        self.events, self.answers = [], []
        self.changed = threading.Condition()
        self.file.readline()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.command("qmp_capabilities")

    def _read(self):
        try:
            for line in self.file:
                message = json.loads(line)
                with self.changed:
                    (self.events if "event" in message else self.answers).append(message)
                    self.changed.notify_all()
        except (OSError, ValueError):
            pass

    def command(self, name, /, **arguments):
        with self.changed:
            self.answers.clear()
            self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.file.flush()
            if not self.changed.wait_for(lambda: self.answers, 60):
                raise Stop(f"no answer to {name}")
            answer = self.answers.pop(0)
        if "error" in answer:
            raise Stop(f"{name}: {answer['error']['desc']}")
        return answer["return"]

    def shutdown_reason(self):
        """guest-shutdown, guest-reset, guest-panic, host-..., or None."""
        with self.changed:
            for event in self.events:
                if event["event"] == "SHUTDOWN":
                    return event["data"]["reason"]
        return None


def connect(path, seconds=30):
    end = time.monotonic() + seconds
    while True:
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(str(path))
            return s
        except OSError:
            s.close()
            if time.monotonic() > end:
                raise Stop(f"nothing listens on {path}")
            time.sleep(0.02)


def serve_port(path, answer):
    """The guest writes a word to the port at PATH, ANSWER(word) does what is to be
    done, the guest goes on; until there is none any more."""
    try:
        line = connect(path).makefile("rw")
        for word in line:
            answer(word.strip())
            line.write("go\n")
            line.flush()
    except (OSError, Stop):
        pass


class Machine:
    """The QEMU of one scenario.  RUN is the short-named directory for its
    sockets, OUT the one for everything that is kept."""

    def __init__(self, out, run, kernel, initrd, *, append="", memory=384,
                 extra=(), disk=None, tpm=None, network=True):
        self.out, self.run = Path(out), Path(run)
        self.console_path = self.out / "console"
        self.args = [
            "qemu-system-x86_64", "-accel", "tcg", "-machine", "q35,hpet=off",
            "-cpu", "max", "-m", str(memory), "-smp", "1", "-nodefaults",
            "-no-reboot", "-display", "none",
            "-kernel", f"{kernel}/vmlinuz", "-initrd", str(initrd),
            "-append", f"console=ttyS0 quiet panic=-1 {FAST} {append}".strip(),
            "-serial", f"file:{self.console_path}",
            "-qmp", f"unix:{self.run}/qmp,server=on,wait=off",
            "-device", "virtio-serial-pci",
            "-chardev", f"file,id=facts,path={self.out}/facts.tar",
            "-device", "virtserialport,nr=1,chardev=facts",
            "-chardev", f"socket,id=sync,path={self.run}/sync,server=on,wait=off",
            "-device", "virtserialport,nr=2,chardev=sync",
        ]
        if disk:
            self.args += ["-drive", f"if=none,id=disk,format=raw,file={disk}",
                          "-device", "virtio-blk-pci,drive=disk"]
        if network:
            self.args += ["-netdev", "user,id=net",
                          "-device", "virtio-net-pci,netdev=net,romfile="]
        if tpm:
            self.args += ["-chardev", f"socket,id=tpm,path={tpm}",
                          "-tpmdev", "emulator,id=tpm,chardev=tpm",
                          "-device", "tpm-crb,tpmdev=tpm"]
        self.args += [str(a) for a in extra]
        self.process = self.qmp = self.reason = None
        self.on_sync = {}

    def start(self):
        (self.out / "qemu.args").write_text("\n".join(self.args) + "\n")
        self.started = time.monotonic()
        with open(self.out / "qemu.log", "wb") as log:
            self.process = subprocess.Popen(self.args, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        try:
            self.qmp = Qmp(self.run / "qmp")
        except (Stop, OSError):
            self.process.kill()
            raise Stop("QEMU does not start: " + (self.out / "qemu.log").read_text())
        threading.Thread(target=serve_port, args=(self.run / "sync", self._on_word),
                         daemon=True).start()

    def _on_word(self, word):
        """What the scenario wants."""
        if word in self.on_sync:
            self.on_sync[word]()

    def console(self):
        try:
            return self.console_path.read_text("latin-1").replace("\r", "")
        except FileNotFoundError:
            return ""

    def running(self):
        return self.process.poll() is None

    def end(self):
        """Pull the plug."""
        self.process.terminate()

    def wait_console(self, text, seconds=120):
        """Until TEXT is on the console."""
        end = time.monotonic() + seconds
        while text not in self.console() and self.running() and time.monotonic() < end:
            time.sleep(0.05)

    def memory(self, megabytes):
        """All of the guest's memory, as it is now."""
        path = self.out / "memory"
        self.qmp.command("pmemsave", val=0, size=megabytes << 20, filename=str(path))
        data = path.read_bytes()
        path.unlink()
        return data

    def wait(self, seconds):
        """Until it has powered off; False when it had to be killed."""
        try:
            self.process.wait(max(0.1, self.started + seconds - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.reason = "limit"
            return False
        finally:
            self.seconds = time.monotonic() - self.started
        self.qmp.reader.join(2)         # the last events are still on their way
        self.reason = self.qmp.shutdown_reason()
        return True
