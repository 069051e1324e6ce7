#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The development KBS with plug-ins: the WireGuard registrar, a recorder, nebula-ca.

The recorder is a plug-in whose messages protoc made; it shows what the KBS
sends, and in which order.
"""

import base64
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import urlencode

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kbs"))

import grpc
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto import jwe as jose_jwe

import guest
from harness import RunningKbs, Tap
from wg_harness import RunningRegistrar, make_stub, public_key

POLICY = """
[plugin."external/wg/peer"]
sample = true
"query.name" = ["vm1", "vm2"]
[plugin."external/wg/peers"]
sample = true
[plugin."external/recorder/a/b"]
sample = true
[plugin."external/nobody/x"]
sample = true
[plugin."nebula-ca/credential"]
sample = true
"""
tap = Tap()


class Recorder:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, messages):
        self.calls = []
        self.admin, self.encrypted, self.status = False, True, 200
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        answers = {
            "ValidateAuth": lambda: messages.ValidateAuthResponse(requires_admin_auth=self.admin),
            "Handle": lambda: messages.PluginResponse(body=b"recorded", status_code=self.status),
            "NeedsEncryption": lambda: messages.NeedsEncryptionResponse(
                requires_payload_encryption=self.encrypted)}
        self.server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
            "kbs.plugin.v1.KbsPlugin",
            {name: grpc.unary_unary_rpc_method_handler(
                self._answer(name, answer), messages.PluginRequest.FromString,
                lambda reply: reply.SerializeToString()) for name, answer in answers.items()})])
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def _answer(self, name, answer):
        def run(request, _):
            self.calls.append((name, request.method, list(request.path), dict(request.query),
                               request.body))
            return answer()
        return run

    def names(self):
        """The methods that were called since the last time."""
        names, self.calls = [call[0] for call in self.calls], []
        return names


def attested(kbs):
    who = guest.Guest(kbs.host, kbs.port)
    who.handshake()
    return who


def peer(name, key):
    return "external/wg/peer?" + urlencode({"name": name, "pubkey": key})


def refused(kbs, answer, status, variant, reason, name):
    last = kbs.log()[-1]
    tap.ok((answer.status, answer.variant()) == (status, variant) and reason in last["reason"],
           name, (answer.body, last))


def check_registrar(kbs, running):
    key = public_key()
    stranger = guest.Guest(kbs.host, kbs.port)
    stranger.auth()
    refused(kbs, stranger.request("GET", peer("vm1", key)), 401, "TokenNotFound",
            "not attested", "who has not attested gets no peer")
    who = attested(kbs)
    refused(kbs, who.request("GET", peer("vm1", key)), 401, "PolicyDeny", "default policy",
            "nor who has, without a policy")
    kbs.policy(POLICY)
    refused(kbs, who.request("GET", peer("vm3", key)), 401, "PolicyDeny", "query.name",
            "nor under a name that is not his")
    tap.equal((running.rows(), running.gateway()), ({}, {}), "the plug-in has registered nobody")
    answer = who.request("GET", peer("vm1", key))
    credentials = json.loads(who.open(answer.body))
    tap.equal((answer.status, answer.headers["Content-Type"], credentials["addresses"],
               credentials["private-key"]),
              (200, "application/json", ["10.77.0.2/24", "fd77::2/64"], "generate"),
              "an attested VM gets its peer, encrypted to its TEE key")
    psk = credentials["peers"][0]["preshared-key"]
    tap.equal(running.gateway()[key]["psk"], psk, "the gateway has it too")
    try:
        attested(kbs).open(answer.body)
        tap.ok(False, "another VM cannot open it")
    except jose_jwe.InvalidJWEData:
        tap.ok(True, "another VM cannot open it")
    tap.ok(psk not in json.dumps(kbs.log()) and psk.encode() not in answer.body,
           "the preshared key is in no log and not in the clear")
    again = attested(kbs)
    tap.equal(json.loads(again.open(again.request("GET", peer("vm1", key)).body)), credentials,
              "the same again in another session")
    refused(kbs, who.request("GET", peer("vm1", public_key())), 401, "PluginInternalError",
            "status 409: 'vm1' has another public key", "a second key is refused")
    for method, path in (("DELETE", "external/wg/peer?name=vm1"), ("GET", "external/wg/peers"),
                         ("GET", "external/wg/other"), ("POST", peer("vm2", key))):
        refused(kbs, who.request(method, path), 401, "AdminAuthAccess", "admin",
                f"an attested VM is no admin: {method} {path:.20}")
    tap.equal(list(running.rows()), ["vm1"], "nothing was released")
    refused(kbs, who.request("GET", "external/nobody/x"), 404, "PluginNotFound", "nobody",
            "a backend that is not there")
    running.kill()
    refused(kbs, who.request("GET", peer("vm2", public_key())), 401, "PluginInternalError",
            "gRPC UNAVAILABLE", "a plug-in that has died")


def check_recorder(kbs, recorder):
    """The order of the calls, and what they say (kbs-wire.md 7.5)."""
    who = attested(kbs)
    recorder.names()
    answer = who.request("GET", "external/recorder/a/b?x=1%2B2&y=%26", headers={"X": "y"})
    said = ("GET", ["a", "b"], {"x": "1+2", "y": "&"}, b"")
    tap.equal(recorder.calls, [(method, *said) for method in
                               ("ValidateAuth", "Handle", "NeedsEncryption")],
              "three calls, without the backend's name")
    tap.equal(who.open(answer.body), b"recorded", "the answer is encrypted")
    recorder.encrypted = False
    answer = who.request("PUT", "external/recorder/a/b", b"\0body")
    tap.equal((answer.body, answer.headers["Content-Type"], recorder.calls[-1]),
              (b"recorded", "text/xml", ("NeedsEncryption", "PUT", ["a", "b"], {}, b"\0body")),
              "plain, if the plug-in says so")
    recorder.names()
    stranger = guest.Guest(kbs.host, kbs.port)
    refused(kbs, stranger.request("GET", "external/recorder/a/b"), 401, "TokenNotFound", "",
            "no token")
    tap.equal(recorder.names(), ["ValidateAuth"], "it was not handled")
    recorder.admin = True
    refused(kbs, who.request("GET", "external/recorder/a/b"), 401, "AdminAuthAccess", "",
            "for admins only")
    tap.equal(recorder.names(), ["ValidateAuth"], "it was not handled either")
    recorder.admin = False
    for status, good in ((0, 200), (299, 200), (199, 401), (300, 401), (404, 401), (-1, 401)):
        recorder.status = status
        tap.equal(who.request("GET", "external/recorder/a/b").status, good,
                  f"a plug-in's status {status}")
    recorder.status = 200


def nebula(*arguments):
    return subprocess.run(["nebula-cert", *arguments], capture_output=True, text=True, timeout=60,
                          check=False)


def nebula_files(body, directory):
    """The three files of a credential; the node's private key."""
    credential = json.loads(body)
    for name, numbers in credential.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(bytes(numbers))
    pem = bytes(credential["node_key"]).decode().splitlines()
    return X25519PrivateKey.from_private_bytes(base64.b64decode("".join(pem[1:-1])))


def check_nebula(kbs, directory):
    path = "nebula-ca/credential?" + urlencode({
        "name": "vm1", "ip": "10.9.8.7/21", "duration": "2h", "groups": "guests,db",
        "subnets": "10.9.9.0/24"})
    stranger = guest.Guest(kbs.host, kbs.port)
    stranger.auth()
    refused(kbs, stranger.request("GET", path), 401, "TokenNotFound", "not attested",
            "nebula-ca: who has not attested")
    who = attested(kbs)
    body = who.open(who.request("GET", path).body)
    tap.equal(sorted(json.loads(body)), ["ca_crt", "node_crt", "node_key"], "nebula-ca: members")
    key = nebula_files(body, directory)
    files = [os.path.join(directory, name) for name in ("ca_crt", "node_crt")]
    done = nebula("verify", "-ca", files[0], "-crt", files[1])
    tap.equal(done.returncode, 0, "nebula-ca: nebula-cert verifies the certificate")
    printed = nebula("print", "-json", "-path", files[1]).stdout
    tap.ok(all(f'"{part}"' in printed for part in ("vm1", "10.9.8.7/21", "guests", "db",
                                                   "10.9.9.0/24")),
           "nebula-ca: name, address, groups and subnets are in it", printed)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    tap.ok(public.hex() in printed, "nebula-ca: the key is that of the certificate", printed)
    first = json.loads(body)
    other = json.loads(who.open(who.request("GET", path).body))
    tap.ok(other["ca_crt"] == first["ca_crt"] and other["node_key"] != first["node_key"],
           "nebula-ca: another key each time, the same CA")
    for method, bad, reason in (
            ("GET", "credential?name=vm1", "missing ip"),
            ("GET", "credential?ip=10.9.8.7/21", "missing name"),
            ("GET", "credential?name=vm1&ip=nonsense", "nebula-cert sign"),
            ("POST", path.partition("/")[2], "only GET credential")):
        refused(kbs, who.request(method, "nebula-ca/" + bad), 401, "PluginInternalError", reason,
                f"nebula-ca: {reason}")
    tap.equal(os.listdir(os.path.join(kbs.state, "nebula-ca")), ["ca"],
              "nebula-ca: nothing is kept")


def check_start(directory):
    """What cannot be had ends the KBS at once."""
    for what, text in (("an unknown plug-in", '[[plugins]]\nname = "pkcs11"'),
                       ("TLS without a CA", backend('"https://127.0.0.1:1"')),
                       ("a CA without TLS", backend('"http://127.0.0.1:1", ca_cert_path = "x"')),
                       ("no scheme", backend('"127.0.0.1:1"')),
                       ("an unknown key", backend('"http://127.0.0.1:1", tls_mode = "mutual"'))):
        kbs = RunningKbs("--plugins", write(directory, "bad.toml", text))
        try:
            with kbs:
                tap.ok(False, f"the KBS does not start with {what}")
        except RuntimeError:
            tap.equal(kbs.process.wait(), 2, f"the KBS does not start with {what}")
        shutil.rmtree(kbs.state, ignore_errors=True)


def backend(endpoint, name="wg"):
    return f'[[plugins]]\nname = "external"\nbackends = [ {{ name = "{name}", ' \
        f'endpoint = {endpoint} }} ]\n'


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def check_tls(directory):
    pki = os.path.join(directory, "pki")
    subprocess.run([os.path.join(HERE, "..", "kbs", "pki"), pki], check=True, capture_output=True,
                   timeout=60)
    tls = f'[tls]\ncertificate = "{pki}/server.pem"\nkey = "{pki}/server.key"\n'
    with RunningRegistrar(tls) as running:
        path = write(directory, "tls.toml", backend(
            f'"https://127.0.0.1:{running.port}", ca_cert_path = "{pki}/ca.pem"'))
        with RunningKbs("--plugins", path) as kbs:
            kbs.policy(POLICY)
            who = attested(kbs)
            answer = who.request("GET", peer("vm1", public_key()))
            tap.ok(answer.status == 200 and b"wireguard" in who.open(answer.body),
                   "the registrar by TLS", answer.body)


def main(directory):
    messages = make_stub(directory)
    recorder = Recorder(messages)
    with RunningRegistrar() as running:
        path = write(directory, "plugins.toml", f"""
[[plugins]]
name = "external"
backends = [
  {{ name = "wg", endpoint = "http://127.0.0.1:{running.port}", timeout_ms = 20000 }},
  {{ name = "recorder", endpoint = "http://127.0.0.1:{recorder.port}" }},
]
[[plugins]]
name = "nebula-ca"
""")
        with RunningKbs("--plugins", path) as kbs:
            check_registrar(kbs, running)
            check_recorder(kbs, recorder)
            check_nebula(kbs, directory)
    recorder.server.stop(None)
    check_tls(directory)
    check_start(directory)
    return tap.done()


PLACE = tempfile.mkdtemp(prefix="kbs-plugins-")
try:
    STATUS = main(PLACE)
finally:
    shutil.rmtree(PLACE)
sys.exit(STATUS)
