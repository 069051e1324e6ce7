# SPDX-License-Identifier: GPL-2.0-or-later
"""swtpm: its state, and the process that QEMU talks to."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .base import once

AK_HANDLE = "0x81010002"


def manufacture(path):
    path.mkdir()
    subprocess.run(["swtpm_setup", "--tpm2", "--tpm-state", path.absolute(), "--createek",
                    "--pcr-banks", "sha1,sha256,sha384"],
                   check=True, stdout=subprocess.DEVNULL)


def listening(path):
    """The socket is there and takes connections; asked of the kernel, as swtpm
    would take a try for its one client."""
    for line in Path("/proc/net/unix").read_text().splitlines():
        words = line.split()
        if words[-1] == str(path):
            return int(words[3], 16) & 0x10000 != 0
    return False


class Tpm:
    """The TPM of one scenario.  RUN holds the sockets, so its name is short."""

    def __init__(self, run, out):
        self.run, self.out = Path(run), Path(out)
        self.state = self.run / "tpm"
        self.socket = self.run / "swtpm"
        self.process = None

    def prepare(self, base, ak_handle=None):
        name = f"tpm-{ak_handle}" if ak_handle else "tpm"
        make = self._with_ak(base, ak_handle) if ak_handle else manufacture
        shutil.copytree(once(base, name, make), self.state)

    def _with_ak(self, base, handle):
        """An RSA AK at this handle, under the EK; its public part in ak.pem."""
        def make(path):
            shutil.copytree(once(base, "tpm", manufacture), path)
            run = path.absolute()
            server = subprocess.Popen(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={run}",
                 "--server", f"type=unixio,path={self.run}/ak",
                 "--ctrl", f"type=unixio,path={self.run}/ak.ctrl",
                 "--flags", "not-need-init,startup-clear"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                self._provision(handle)
                shutil.copy(self.run / "ak.work/ak.pub", run / "ak.pem")
            finally:
                server.terminate()
                server.wait()
        return make

    def _provision(self, handle):
        work = self.run / "ak.work"
        work.mkdir()
        env = dict(os.environ, TPM2TOOLS_TCTI=f"swtpm:path={self.run}/ak")
        for command in (
                ["tpm2_createak", "-C", "0x81010001", "-c", "ak", "-G", "rsa",
                 "-g", "sha256", "-s", "rsassa", "-u", "ak.pub", "-f", "pem"],
                ["tpm2_evictcontrol", "-Q", "-C", "o", "-c", "ak", handle]):
            for attempt in range(50):
                done = subprocess.run(command, cwd=work, env=env, capture_output=True)
                if done.returncode == 0:
                    break
                time.sleep(0.05)
            else:
                raise RuntimeError(done.stderr.decode())

    def start(self):
        with open(self.out / "swtpm.log", "wb") as log:
            self.process = subprocess.Popen(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.state.absolute()}",
                 "--ctrl", f"type=unixio,path={self.socket}", "--terminate"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 10
        while not listening(self.socket):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("swtpm does not start")
            time.sleep(0.01)

    def kill(self):
        """From now on every command of the guest fails."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
