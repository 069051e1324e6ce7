# SPDX-License-Identifier: GPL-2.0-or-later
"""The world around one boot of an image: a TPM, a development KBS and a
WireGuard peer, in namespaces of their own, and the machine itself.

Used by images/demo, which tells people what happens, and by run, which judges."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/vm"))

from harness import initrd                      # noqa: E402
from harness.base import fresh                  # noqa: E402
from harness.kbs import Kbs                     # noqa: E402
from harness.machine import Qmp, Stop, connect  # noqa: E402
from harness.tpm import Tpm                     # noqa: E402

TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86", "swtpm": "swtpm", "swtpm_setup": "swtpm-tools",
    "wireguard-go": "wireguard-go", "wg": "wireguard-tools", "ip": "iproute2",
    "cryptsetup": "cryptsetup-bin", "unshare": "util-linux", "zstd": "zstd",
    "busybox": "busybox-static", "nbdkit": "nbdkit-plugin-python",
}
FIRMWARE, VARIABLES = (Path("/usr/share/OVMF") / name for name in
                       ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"))
KEY = "default/disk/root"
TUNNEL = "default/wireguard/vm1"
PEER, GUEST, GUEST6, PORT = "10.77.0.1", "10.77.0.2", "fd77::2", 51820
ADDRESSES = [(GUEST, 24), (GUEST6, 64)]
# What the peer may send; that it is routed comes from its addresses, too, but for one.
ROUTES = ("10.77.0.0/24", "10.78.0.0/24", "fd77::/64")
ONLY_FROM_THE_INITRD = {"tee": "tpm", "pcr15": "zeros"}
NETWORK = "user,id=net"             # the backend of QEMU that the network device has
# What a stranger would type, and what a shell would answer.
TYPED, SHELL = b"\nid\n", "uid="
ESCAPES = re.compile(rb"\x1b(\[[0-9:;?!]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-_])|\r")


def missing_tools():
    """The Debian packages that are needed and not there."""
    path = os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    packages = {package for tool, package in TOOLS.items()
                if not any(os.access(f"{d}/{tool}", os.X_OK) for d in path.split(":"))}
    return sorted(packages | (set() if FIRMWARE.exists() else {"ovmf"}))


def enter_namespaces(script, arguments, **more):
    """Starts SCRIPT again with --inside, in network, process and mount namespaces
    that go when it ends, however it ends."""
    rootless = [] if os.geteuid() == 0 else ["--map-root-user"]
    return subprocess.Popen(["unshare", *rootless, "--net", "--mount", "--pid", "--fork",
                             "--kill-child", "--mount-proc", "/usr/bin/python3", script,
                             "--inside", *arguments], **more)


def prepare_namespaces():
    """Inside them: a loopback, and a /run for wireguard-go's socket."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)


def wg(*arguments, **more):
    return subprocess.run(["wg", *arguments], check=True, stdout=subprocess.PIPE, text=True,
                          **more).stdout.strip()


class Peer:
    """The other end of the tunnel, in user space: the kernel may lack WireGuard.
    ADDRESSES and ROUTES are the guest's."""

    addresses, routes = ADDRESSES, ROUTES

    def __init__(self, out):
        self.out = out
        self.private, self.guest_private = wg("genkey"), wg("genkey")
        self.shared = wg("genpsk")
        self.public = wg("pubkey", input=self.private)
        self.guest_public = wg("pubkey", input=self.guest_private)
        self.process = None

    def start(self):
        Path("/run/wireguard/peer.sock").unlink(missing_ok=True)
        with open(self.out / "wireguard-go.log", "wb") as log:
            self.process = subprocess.Popen(["wireguard-go", "--foreground", "peer"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(Path("/run/wireguard/peer.sock").exists, "wireguard-go")
        key, shared = self.out / "peer.key", self.out / "shared.key"
        key.write_text(self.private)
        shared.write_text(self.shared)
        wg("set", "peer", "private-key", str(key), "listen-port", str(PORT),
           "peer", self.guest_public, "preshared-key", str(shared),
           "allowed-ips", f"{GUEST}/32,{GUEST6}/128")
        subprocess.run(["ip", "address", "add", f"{PEER}/24", "dev", "peer"], check=True)
        subprocess.run(["ip", "link", "set", "peer", "up"], check=True)

    def credentials(self):
        return f"""{{"kind": "wireguard", "private-key": "{self.guest_private}",
 "addresses": ["{GUEST}/24", "{GUEST6}/64"], "mtu": 1420,
 "peers": [{{"public-key": "{self.public}", "preshared-key": "{self.shared}",
            "endpoint": "10.0.2.2:{PORT}", "allowed-ips": {json.dumps(ROUTES)},
            "persistent-keepalive": 25}}]}}
""".encode()

    def received(self):
        """Bytes that came through the tunnel."""
        return int(wg("show", "peer", "transfer").split()[1])

    def secrets(self):
        return [self.guest_private, self.shared]

    def stop(self):
        end(self.process)


def end(process):
    if process and process.poll() is None:
        process.terminate()
        process.wait()


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} does not start")
        time.sleep(0.02)


class Stage:
    """IMAGE is what images/build made; OUT gets all that this boot leaves."""

    def __init__(self, image, out):
        self.image, self.out = Path(image), fresh(out)
        # sockets have short names only, and the tree may lie deep
        self._run = tempfile.TemporaryDirectory(prefix="postern-image.")
        self.run = Path(self._run.name)
        self.peer = Peer(self.out)
        self.tpm = Tpm(self.run, self.out)
        self.kbs = Kbs()
        self.kbs.cert = (self.image / "pki/server.pem", self.image / "pki/server.key")
        self.kbs.resources = {TUNNEL: self.peer.credentials()}
        descriptor = self.image / "disk.descriptor"
        if descriptor.exists():
            self.kbs.resources[KEY] = descriptor.read_bytes()
        self.kbs.policy = {"resource": {KEY: ONLY_FROM_THE_INITRD,
                                        TUNNEL: ONLY_FROM_THE_INITRD}}
        self.disk = self.image / "disk.img"     # None: there is none
        self.written = ()           # disks that keep what the guest writes
        self.kernel, self.initrd = self.image / "vmlinuz", self.image / "initrd"
        self.overlay = {}           # files put over those of the initramfs
        self.uki = None             # in place of kernel, initramfs and command line
        self.network = NETWORK      # None: there is no network device
        self.has_tpm = True
        self.cpus = 2
        self.append = ""            # to the kernel command line
        self.extra = []             # more arguments of QEMU
        self.on_start = lambda qmp: None
        self.on_line = lambda seconds, line: None
        self.qemu = None

    def start(self):
        self.tpm.prepare(self.image, False)
        self.tpm.start()
        self.peer.start()
        self.kbs.prepare(self.out)
        if self.kbs.start_at_boot:
            self.kbs.start()

    def _initrd(self):
        if not self.overlay:
            return self.initrd
        changed = self.run / "initrd"
        made = self.initrd.read_bytes()
        # The kernel looks for an archive behind an archive at multiples of four.
        changed.write_bytes(made + bytes(-len(made) % 4) + initrd.overlay(self.overlay))
        return changed

    def _from_firmware(self):
        """UEFI, which finds the UKI where it looks on a disk that names nothing."""
        boot = self.run / "esp/EFI/BOOT"
        boot.mkdir(parents=True)
        (boot / "BOOTX64.EFI").symlink_to(self.uki)
        shutil.copy(VARIABLES, self.run / "variables")
        return [
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,file={self.run}/variables",
            "-drive", f"if=none,id=esp,format=raw,readonly=on,file=fat:{self.run}/esp",
            "-device", "virtio-blk-pci,drive=esp",
        ]

    def _from_qemu(self):
        # On a busy machine the emulated timer comes too late for its test, and the
        # kernel would give up.  At some of the addresses that it chooses at random,
        # the check of systemd's BPF programs takes a minute of QEMU's time.
        cmdline = (self.image / "cmdline").read_text().strip() + " no_timer_check nokaslr"
        return ["-kernel", f"{self.kernel}", "-initrd", f"{self._initrd()}",
                "-append", f"{cmdline} {self.append}".strip()]

    def _disks(self):
        disks = [(self.disk, "on")] if self.disk else []
        for number, (path, snapshot) in enumerate(disks + [(d, "off") for d in self.written]):
            yield from ("-drive", f"if=none,id=disk{number},format=raw,file={path},"
                                  f"snapshot={snapshot}",
                        "-device", f"virtio-blk-pci,drive=disk{number}")

    def _arguments(self):
        return [
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-machine", "q35,hpet=off",
            "-cpu", "max", "-smp", f"{self.cpus}", "-m", "1024", "-nodefaults", "-no-reboot",
            "-display", "none",
            *(self._from_firmware() if self.uki else self._from_qemu()),
            "-chardev", f"socket,id=console,path={self.run}/console,server=on,wait=on",
            "-serial", "chardev:console", "-qmp", f"unix:{self.run}/qmp,server=on,wait=off",
            *self._disks(), "-device", "virtio-serial-pci",
            "-chardev", f"file,id=facts,path={self.out}/facts.tar",
            "-device", "virtserialport,chardev=facts,name=facts",
            *self._devices(), *self.extra,
        ]

    def _devices(self):
        if self.network:
            yield from ("-netdev", self.network,
                        "-device", "virtio-net-pci,netdev=net,romfile=")
        if self.has_tpm:
            yield from ("-chardev", f"socket,id=tpm,path={self.tpm.socket}",
                        "-tpmdev", "emulator,id=tpm,chardev=tpm",
                        "-device", "tpm-crb,tpmdev=tpm")

    def boot(self, limit=600, type_often=b""):
        """Until the machine is off.  on_line() gets each line of the console as it
        comes, and what there is of one that does not go on; TYPE_OFTEN is typed there
        every few seconds."""
        arguments = self._arguments()
        (self.out / "qemu.args").write_text("\n".join(arguments) + "\n")
        self.started = time.monotonic()
        with open(self.out / "qemu.log", "wb") as log:
            self.qemu = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log,
                                         stderr=log)
        try:
            console = connect(self.run / "console")
            qmp = Qmp(self.run / "qmp")
        except Stop:
            raise RuntimeError((self.out / "qemu.log").read_text()) from None
        self.on_start(qmp)
        self._watch(console, limit, type_often)
        self.qemu.wait()
        self.seconds = time.monotonic() - self.started
        time.sleep(0.02)                # the reader may have a last event to take
        self.reason = qmp.shutdown_reason()

    def _watch(self, console, limit, type_often):
        console.settimeout(1)
        pending, typed = b"", 0
        with open(self.out / "console", "wb") as file:
            while True:
                seconds = time.monotonic() - self.started
                if seconds > limit:
                    self.qemu.kill()
                    return
                if type_often and seconds > typed + 3:
                    typed = seconds
                    send(console, type_often)
                try:
                    data = console.recv(65536)
                except TimeoutError:
                    # a machine that stands still may not come to the end of its line
                    if pending:
                        self._tell(seconds, pending)
                        pending = b""
                    continue
                except ConnectionError:
                    return
                if not data:
                    return
                file.write(data)
                file.flush()
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._tell(seconds, line)

    def _tell(self, seconds, line):
        self.on_line(seconds, ESCAPES.sub(b"", line).decode("utf-8", "replace"))

    def facts(self):
        """What the running system sent: {name: text}, and {name.exit: status}."""
        try:
            with tarfile.open(self.out / "facts.tar") as tar:
                return {Path(m.name).name: tar.extractfile(m).read().decode("utf-8", "replace")
                        for m in tar if m.isfile()}
        except (OSError, tarfile.TarError):
            return {}

    def console(self):
        return ESCAPES.sub(b"", (self.out / "console").read_bytes()).decode("utf-8", "replace")

    def stop(self):
        end(self.qemu)
        self.peer.stop()
        self.kbs.stop()
        self.tpm.kill()
        self._run.cleanup()


def send(console, data):
    try:
        console.send(data)
    except OSError:
        pass                            # it is on its way down


def prepare(image, out, change):
    """A stage as tests want it, that CHANGE(stage) has set."""
    world = Stage(image, out)
    # Emulated, a second one sometimes runs code that the first is just patching.
    world.cpus = 1
    change(world)
    return world


def boot(image, out, change=lambda world: None, limit=600):
    """One boot of IMAGE to its end, on a stage that CHANGE(stage) has set."""
    world = prepare(image, out, change)
    try:
        world.start()
        world.boot(limit=limit, type_often=TYPED)
        world.received = world.peer.received()
    finally:
        world.stop()
    print(f"# {out.name}: {world.seconds:.1f} s", flush=True)
    return world
