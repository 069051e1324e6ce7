# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that misbehaves, served by nbdkit, whose client is QEMU; the guest sees a
virtio disk.  nbd_plugin.py has what there is."""

import struct
import subprocess
import time
from pathlib import Path

PLUGIN = Path(__file__).with_name("nbd_plugin.py")


class Server:
    """Serves the file GOOD on SOCKET, with a FACE of nbd_plugin.py, which has these
    PARAMETERS."""

    def __init__(self, socket, face, good, **parameters):
        socket = Path(socket)
        ready, self.counted = socket.with_suffix(".ready"), socket.with_suffix(".count")
        if face == "PowerCut":
            parameters["count"] = self.counted
        words = [f"{key}={value}" for key, value in parameters.items() if value is not None]
        with open(socket.with_suffix(".log"), "wb") as log:
            self.process = subprocess.Popen(
                ["nbdkit", "--foreground", "--exit-with-parent", "--unix", socket,
                 "--pidfile", ready, "python", PLUGIN, f"face={face}", f"good={good}", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not ready.exists():
            if self.process.poll() is not None:
                raise RuntimeError(f"nbdkit: {socket.with_suffix('.log').read_text()}")
            time.sleep(0.01)

    def stop(self):
        """Whoever waits for an answer gets an error."""
        self.process.kill()
        self.process.wait()

    def ends(self, seconds=0):
        """Whether it has ended by itself, or does so in SECONDS."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def count(self):
        """Blocks that were written."""
        return struct.unpack("=Q", self.counted.read_bytes())[0]
