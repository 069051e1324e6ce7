# SPDX-License-Identifier: GPL-2.0-or-later
"""For tests: a WireGuard registrar that runs, and a client made by protoc.

The client shares no code with the registrar.
"""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "..", "keyproviders", "wg-registrar", "wg-registrar")

CONFIG = """
listen = "127.0.0.1:0"
database = "{state}/peers.sqlite"
{top}
[gateway]
interface = "{interface}"
endpoint = "gateway.example.org:51820"
allowed-ips = ["10.77.0.0/16", "fd77::/48"]
dns = ["10.77.0.1", "fd77::1"]
keepalive = 25
[pool]
{pool}
"""
POOL = """ipv4 = "10.77.0.0/24"
ipv6 = "fd77::/64"
reserved = ["10.77.0.1", "fd77::1"]"""


def make_stub(directory):
    """Message classes from kbs_plugin.proto, by protobuf-compiler."""
    subprocess.run(["protoc", f"--proto_path={HERE}", f"--python_out={directory}",
                    "kbs_plugin.proto"], check=True, timeout=60)
    sys.path.insert(0, directory)
    import kbs_plugin_pb2   # made a moment ago
    return kbs_plugin_pb2


def public_key():
    """Random, and as canonical as the real ones: the top bit is clear."""
    raw = bytearray(os.urandom(32))
    raw[31] &= 0x3f
    return base64.b64encode(raw).decode()


class Client:
    """What the KBS does."""

    def __init__(self, messages, port, credentials=None):
        import grpc
        self.messages = messages
        address = f"127.0.0.1:{port}"
        self.channel = grpc.secure_channel(address, credentials) if credentials else \
            grpc.insecure_channel(address)

    def call(self, method, verb, *path, **query):
        message = self.messages
        answer = {"ValidateAuth": message.ValidateAuthResponse, "Handle": message.PluginResponse,
                  "NeedsEncryption": message.NeedsEncryptionResponse}[method]
        run = self.channel.unary_unary(f"/kbs.plugin.v1.KbsPlugin/{method}",
                                       message.PluginRequest.SerializeToString,
                                       answer.FromString)
        return run(message.PluginRequest(method=verb, path=path, query=query), timeout=60)

    def register(self, name, key):
        return self.call("Handle", "GET", "peer", name=name, pubkey=key)

    def release(self, name):
        return self.call("Handle", "DELETE", "peer", name=name)


class RunningRegistrar:
    """The program with a state directory of its own; a context manager."""

    def __init__(self, top="", pool=POOL, interface="wgtest", fake=True):
        self.state = tempfile.mkdtemp(prefix="wg-registrar-test-")
        self.bin = os.path.join(self.state, "bin")
        os.mkdir(self.bin)
        self.environment = dict(os.environ)
        if fake:
            os.symlink(os.path.join(HERE, "fake-wg"), os.path.join(self.bin, "wg"))
            self.environment["PATH"] = self.bin + ":" + os.environ["PATH"]
        self.order("public-key", public_key())
        self.order("peers.json", "{}")
        self.log_path = os.path.join(self.state, "log")
        self.configure(top, pool, interface)
        self.process = self.port = None

    def configure(self, top="", pool=POOL, interface="wgtest"):
        with open(os.path.join(self.state, "config.toml"), "w", encoding="ascii") as file:
            file.write(CONFIG.format(state=self.state, top=top, pool=pool, interface=interface))

    def order(self, name, text=""):
        """A file beside the fake wg."""
        with open(os.path.join(self.bin, name + ".part"), "w", encoding="ascii") as file:
            file.write(text)
        os.rename(os.path.join(self.bin, name + ".part"), os.path.join(self.bin, name))

    def command(self, *arguments):
        return subprocess.run(["/usr/bin/python3", PROGRAM, "--config",
                               os.path.join(self.state, "config.toml"), *arguments],
                              env=self.environment, capture_output=True, text=True, timeout=120,
                              check=False)

    def start(self):
        """Run it, and wait until it listens."""
        with open(self.log_path, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                ["/usr/bin/python3", PROGRAM, "--config",
                 os.path.join(self.state, "config.toml"), "serve"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            said = self.log()[begin:]
            if "listening on " in said and said.endswith("\n"):
                break
            if self.process.poll() is not None:
                raise RuntimeError("the registrar did not start: " + said)
            time.sleep(0.02)
        self.port = int(said.rpartition(" port ")[2].split("\n", maxsplit=1)[0])
        return self

    def kill(self):
        """kill -9, also of one that is dead."""
        self.process.kill()
        return self.process.wait(60)

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.kill()
        shutil.rmtree(self.state, ignore_errors=True)

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def rows(self):
        """{name: row} as any reader of the file sees them, after a full check of it."""
        connection = sqlite3.connect(os.path.join(self.state, "peers.sqlite"))
        connection.row_factory = sqlite3.Row
        try:
            if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise RuntimeError("the database is damaged")
            return {row["name"]: dict(row) for row in connection.execute("SELECT * FROM peers")}
        finally:
            connection.close()

    def edit(self, statement, *values):
        connection = sqlite3.connect(os.path.join(self.state, "peers.sqlite"))
        with connection:
            connection.execute(statement, values)
        connection.close()

    def gateway(self):
        """The peers of the fake wg."""
        with open(os.path.join(self.bin, "peers.json"), encoding="ascii") as file:
            return json.load(file)
