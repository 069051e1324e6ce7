# SPDX-License-Identifier: GPL-2.0-or-later
"""keyproviders/wg-registrar as a plug-in of the scenario's KBS: VMs make their keys
themselves, and it tells the gateway."""

import re
import subprocess
import time
from pathlib import Path

from .base import fresh
from .gateway import INTERFACE

PROGRAM = Path(__file__).parents[3] / "keyproviders/wg-registrar/wg-registrar"
PORT = 50051
LISTENS = re.compile(r"^listening on ", re.M)

CONFIG = """listen = "127.0.0.1:{port}"
database = "{state}/peers.sqlite"
[gateway]
interface = "{interface}"
endpoint = "{endpoint}"
allowed-ips = ["10.99.0.0/24", "fd99::/64"]
mtu = 1380
keepalive = 25
[pool]
ipv4 = "10.99.0.0/24"
ipv6 = "fd99::/64"
reserved = ["10.99.0.1", "fd99::1"]
"""
PLUGINS = """[[plugins]]
name = "external"
backends = [ {{ name = "wg", endpoint = "http://127.0.0.1:{port}", timeout_ms = 20000 }} ]
"""


def uri(name):
    """Where a VM registers as NAME."""
    return f"kbs+external:///wg/peer?name={name}"


class Registrar:
    """For GATEWAY, which runs.  ENDPOINT: what VMs are told in its endpoint's place."""

    def __init__(self, out, gateway, endpoint=None):
        self.log_path = Path(out) / "registrar.log"
        self.state = fresh(Path(out) / "registrar")
        self.config = self.state / "wg-registrar.toml"
        self.config.write_text(CONFIG.format(
            port=PORT, state=self.state, interface=INTERFACE,
            endpoint=endpoint or gateway.endpoint))
        self.plugins = PLUGINS.format(port=PORT)
        self.process = None

    def start(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([PROGRAM, "--config", self.config, "serve"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while not LISTENS.search(self.log()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the registrar does not start; see registrar.log")
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def log(self):
        return self.log_path.read_text()

    def run(self, *words):
        return subprocess.run([PROGRAM, "--config", self.config, *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def peers(self):
        """name -> (public key, addresses)."""
        rows = [line.split("\t") for line in self.run("list").splitlines()]
        return {row[0]: (row[1], row[2].split(",")) for row in rows}

    def release(self, name):
        self.run("release", name)

    def register(self, name, key):
        """As a VM with this public key would have, some time ago."""
        script = ("import sys, settings, registrar\n"
                  "config, name, key = sys.argv[1:]\n"
                  "registrar.Registrar(settings.load(config), print).register(name, key)\n")
        subprocess.run(["/usr/bin/python3", "-B", "-c", script, self.config, name, key],
                       check=True, cwd=PROGRAM.parent, stdout=subprocess.DEVNULL)
