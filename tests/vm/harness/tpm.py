# SPDX-License-Identifier: GPL-2.0-or-later
"""swtpm: its state, and the process that QEMU talks to."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .base import once

EK_HANDLE, AK_HANDLE = "0x81010001", "0x81010002"


def manufacture(path):
    path.mkdir()
    subprocess.run(["swtpm_setup", "--tpm2", "--tpm-state", path.absolute(), "--createek",
                    "--pcr-banks", "sha1,sha256,sha384"],
                   check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(state, run):
    """swtpm over STATE without a guest; gives the environment for tpm2-tools."""
    server = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={Path(state).absolute()}",
         "--server", f"type=unixio,path={run}/tools",
         "--ctrl", f"type=unixio,path={run}/tools.ctrl",
         "--flags", "not-need-init,startup-clear"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield dict(os.environ, TPM2TOOLS_TCTI=f"swtpm:path={run}/tools")
    finally:
        server.terminate()
        server.wait()


def tool(env, work, *command):
    """A command of tpm2-tools, as soon as the server answers."""
    for attempt in range(50):
        done = subprocess.run(command, cwd=work, env=env, capture_output=True)
        if done.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(done.stderr.decode())


def ek_public(base, run, other=False):
    """The EK of a scenario's TPM, or of another one: TPMT_PUBLIC."""
    work = Path(run) / "ek.work"
    shutil.copytree(once(base, "tpm-other" if other else "tpm", manufacture), work)
    with serving(work, run) as env:
        tool(env, work, "tpm2_readpublic", "-Q", "-c", EK_HANDLE, "-f", "tss", "-o", "ek")
    # without the size of the TPM2B
    return (work / "ek").read_bytes()[2:]


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
            work = self.run / "ak.work"
            work.mkdir()
            with serving(path, self.run) as env:
                tool(env, work, "tpm2_createak", "-C", EK_HANDLE, "-c", "ak", "-G", "rsa",
                     "-g", "sha256", "-s", "rsassa", "-u", "ak.pub", "-f", "pem")
                tool(env, work, "tpm2_evictcontrol", "-Q", "-C", "o", "-c", "ak", handle)
            shutil.copy(work / "ak.pub", path / "ak.pem")
        return make

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
