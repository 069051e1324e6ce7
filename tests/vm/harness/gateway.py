# SPDX-License-Identifier: GPL-2.0-or-later
"""The far end of a guest's tunnel: wireguard-go in the scenario's own network
namespace, where the guest reaches it as it does the KBS."""

import os
import subprocess
import time
from pathlib import Path

from . import wireguard
from .kbs import ADDRESS

INTERFACE, PORT = "gateway", 51820
SOCKETS = "/var/run/wireguard"


class Gateway:
    """A WireGuard interface with ADDRESSES, whose key is wireguard.PEER."""

    endpoint = f"{ADDRESS}:{PORT}"

    def __init__(self, out, addresses=("10.99.0.1/24", "fd99::1/64")):
        self.out, self.addresses = Path(out), addresses
        self.process = None

    def start(self):
        # its socket lies there: not where that of another scenario's gateway does
        os.makedirs(SOCKETS, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "wireguard", SOCKETS], check=True)
        with open(self.out / "gateway.log", "wb") as log:
            self.process = subprocess.Popen(["wireguard-go", "-f", INTERFACE],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while subprocess.run(["wg", "show", INTERFACE], check=False,
                             capture_output=True).returncode:
            if time.monotonic() > end:
                raise RuntimeError("wireguard-go does not start")
            time.sleep(0.05)
        self.wg("private-key", "/dev/stdin", "listen-port", str(PORT), key=wireguard.PEER)
        for address in self.addresses:
            subprocess.run(["ip", "addr", "add", address, "dev", INTERFACE], check=True)
        subprocess.run(["ip", "link", "set", INTERFACE, "up", "mtu", "1380"], check=True)

    def stop(self):
        """The interface goes with its process."""
        self.process.terminate()
        self.process.wait()

    @staticmethod
    def forward():
        """From one guest to another."""
        for version in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            Path("/proc/sys/net", version).write_text("1")

    @staticmethod
    def wg(*words, key=b""):
        subprocess.run(["wg", "set", INTERFACE, *words], check=True,
                       input=wireguard.text(key).encode() if key else b"")

    def peer(self, public, allowed, preshared=None):
        """A guest that may come in, with the public key PUBLIC in base64."""
        words = ["peer", public, "allowed-ips", allowed]
        if preshared:
            words += ["preshared-key", "/dev/stdin"]
        self.wg(*words, key=preshared or b"")

    @staticmethod
    def show():
        """public key -> (endpoint, allowed, latest handshake, received, sent)."""
        out = subprocess.run(["wg", "show", INTERFACE, "dump"], check=True,
                             capture_output=True, text=True).stdout
        rows = [line.split("\t") for line in out.splitlines()[1:]]
        return {r[0]: (r[2], r[3], int(r[4]), int(r[5]), int(r[6])) for r in rows}
