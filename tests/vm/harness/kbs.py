# SPDX-License-Identifier: GPL-2.0-or-later
"""The development KBS (tests/kbs) on the host's side of the guest's network."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from .base import fresh, once

TOOLS = Path(__file__).parents[2] / "kbs"
ADDRESS = "10.0.2.2"        # the host's loopback, seen from the guest
NAME = "kbs.test"
PORT = 8443


def pki(base, name=NAME, ip=ADDRESS):
    """A CA, and a server certificate for NAME and IP."""
    def make(path):
        subprocess.run([TOOLS / "pki", path, "--ip", ip, "--dns", name], check=True,
                       stdout=subprocess.DEVNULL)
    return once(base, f"pki-{name}", make)


def toml(policy):
    """Tables of plain values, two levels deep, as policy.py reads them."""
    out = []
    for section, table in policy.items():
        if section in ("resource", "plugin"):
            for path, rule in table.items():
                out.append(f'[{section}."{path}"]')
                out += [f"{json.dumps(k)} = {json.dumps(v)}" for k, v in rule.items()]
        else:
            out.append(f"[{section}]")
            out += [f"{json.dumps(k)} = {json.dumps(v)}" for k, v in table.items()]
    return "\n".join(out) + "\n"


class Kbs:
    """One KBS.  A scenario changes the fields before it is started."""

    def __init__(self, name="kbs", port=PORT):
        self.name, self.port, self.host = name, port, "127.0.0.1"
        self.start_at_boot = True
        self.faults = []
        self.resources = {}
        self.policy = {"default": {"tee": ["tpm", "sample"], "sample": True}}
        self.cert = None            # (certificate, key); None: plain http
        self.roots = {}             # whom to trust: path below "roots" -> contents
        self.client_ca = None       # with it, clients need a certificate
        self.admin = None           # public key of who may store resources
        self.plugins = ""           # [[plugins]] of a kbs.toml
        self.answers = {}           # of other plug-ins: path -> contents
        self.process = self.out = None

    def prepare(self, out):
        self.out = Path(out)
        self.state = fresh(self.out / f"{self.name}.state")
        for folder, files in (("resources", self.resources), ("plugins", self.answers),
                              ("roots", self.roots)):
            for path, data in files.items():
                file = self.state / folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
        if self.admin:
            (self.state / "admin.pem").write_bytes(self.admin)
        (self.state / "plugins.toml").write_text(self.plugins)
        (self.state / "policy.toml").write_text(toml(self.policy))

    def make_admin(self):
        """From now on there is an administrator; his token."""
        with tempfile.TemporaryDirectory() as state:
            made = subprocess.run([TOOLS / "admin-token", state], check=True,
                                  stdout=subprocess.PIPE)
            self.admin = (Path(state) / "admin.pem").read_bytes()
        return made.stdout

    def stored(self, path):
        """What it has now."""
        return (self.state / "resources" / path).read_bytes()

    def start(self):
        ready = self.state / "ready"
        ready.unlink(missing_ok=True)
        command = [TOOLS / "kbs", "--listen", f"{self.host}:{self.port}",
                   "--state", self.state, "--plugins", self.state / "plugins.toml",
                   "--ready", ready]
        if self.cert:
            command += ["--cert", self.cert[0], "--key", self.cert[1]]
        if self.client_ca:
            command += ["--client-ca", self.client_ca]
        for fault in self.faults:
            command += ["--fault", fault]
        with open(self.out / f"{self.name}.out", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        end = time.monotonic() + 20
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the KBS does not start; see {self.name}.out")
            time.sleep(0.02)

    def set_faults(self, *faults):
        """Other faults from the next request on."""
        new = self.state / "faults.new"
        new.write_text("".join(f"{f}\n" for f in faults))
        new.rename(self.state / "faults")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def log(self):
        """What it did: one dictionary per request."""
        try:
            lines = (self.state / "log.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def wait_for(self, wanted, seconds=120):
        """Until a log record for which WANTED(record) is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for record in self.log():
                if wanted(record):
                    return record
            time.sleep(0.005)
        return None
