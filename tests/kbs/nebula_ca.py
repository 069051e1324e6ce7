# SPDX-License-Identifier: GPL-2.0-or-later
"""Trustee's nebula-ca plug-in (kbs-wire.md 7.3), by Debian's nebula-cert.

GET credential?name=...&ip=... makes a key and a certificate; nothing is kept.
"""

import json
import os
import subprocess
import tempfile

from errors import plugin_internal

NEEDED = ("name", "ip")
OPTIONAL = ("duration", "groups", "subnets")


def _nebula_cert(command, *arguments):
    try:
        subprocess.run(["nebula-cert", command, *arguments], check=True, capture_output=True,
                       timeout=60)
    except subprocess.CalledProcessError as err:
        why = (err.stderr or err.stdout).decode(errors="replace").strip()
        raise ValueError(f"nebula-cert {command}: {why}") from None


def _numbers(path):
    """As Rust writes bytes into JSON."""
    with open(path, "rb") as file:
        return list(file.read())


class NebulaCa:
    def __init__(self, table, state):
        self.directory = table.get("work_dir") or os.path.join(state, "nebula-ca")
        os.makedirs(os.path.join(self.directory, "ca"), exist_ok=True)
        self.certificate = os.path.join(self.directory, "ca", "ca.crt")
        self.key = os.path.join(self.directory, "ca", "ca.key")
        if not os.path.exists(self.certificate):
            name = table.get("ca_config", {}).get("name", "KBS for tests")
            _nebula_cert("ca", "-name", name, "-out-crt", self.certificate, "-out-key", self.key)

    @staticmethod
    def needs_admin(call):
        return False

    def handle(self, call):
        """(body, is it to be encrypted?)"""
        if call.method != "GET" or call.path != ["credential"]:
            raise plugin_internal("nebula-ca: only GET credential is supported")
        missing = [name for name in NEEDED if name not in call.query]
        if missing:
            raise plugin_internal(f"nebula-ca: missing {missing[0]}")
        options = [part for name in NEEDED + OPTIONAL if name in call.query
                   for part in ("-" + name, call.query[name])]
        with tempfile.TemporaryDirectory(dir=self.directory) as made:
            certificate, key = os.path.join(made, "node.crt"), os.path.join(made, "node.key")
            try:
                _nebula_cert("sign", *options, "-ca-crt", self.certificate, "-ca-key", self.key,
                             "-out-crt", certificate, "-out-key", key)
                _nebula_cert("verify", "-ca", self.certificate, "-crt", certificate)
            except ValueError as err:
                raise plugin_internal(str(err)) from None
            return json.dumps({"node_crt": _numbers(certificate), "node_key": _numbers(key),
                               "ca_crt": _numbers(self.certificate)}).encode(), True
