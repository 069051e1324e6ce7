#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The TPM verifier of the development KBS: a recorded quote, and a real swtpm.

The recorded one is another project's test data, from the time when the nonce
had 64 bytes; it is looked for in POSTERN_VECTORS and skipped where absent.
"""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

import guest
import verify_tpm
from errors import Dropped, EvidenceError
from harness import RunningKbs, Tap, third_party

TOOLS = ("swtpm", "tpm2_createek", "tpm2_createak", "tpm2_quote", "tpm2_pcrread",
         "tpm2_pcrextend", "tpm2_evictcontrol", "tpm2_flushcontext")
AK = "0x81010002"
SECRET = b"marker-secret-0f1e2d3c"
PATH = "default/disk/root"
tap = Tap()


def encode(raw):
    return base64.b64encode(raw).decode()


def refusal(evidence, nonce):
    """Why the verifier refuses this quote; None when it does not."""
    try:
        verify_tpm.check_quote(evidence, nonce)
        return None
    except ValueError as err:
        return str(err)


def changed(evidence, nonce, name, name_of):
    """One test for each field: each byte of it in turn with one bit flipped."""
    raw = base64.b64decode(name_of(evidence)[name])
    accepted = []
    for index in range(len(raw)):
        other = bytearray(raw)
        other[index] ^= 1
        copy = json.loads(json.dumps(evidence))
        name_of(copy)[name] = encode(bytes(other))
        if refusal(copy, nonce) is None:
            accepted.append(index)
    tap.equal(accepted, [], f"{name}: each of its {len(raw)} bytes counts")
    for label, other in (("a byte more", raw + b"\0"), ("a byte less", raw[:-1]), ("empty", b"")):
        copy = json.loads(json.dumps(evidence))
        name_of(copy)[name] = encode(other)
        tap.ok(refusal(copy, nonce), f"{name}: {label}")


def quote_of(evidence):
    return evidence["tpm_quote"]


def check_changes(evidence, nonce):
    """Good as it is, and refused when anything is changed."""
    tap.equal(refusal(evidence, nonce), None, "signature, PCR digest and nonce are good")
    changed(evidence, nonce, "message", quote_of)
    changed(evidence, nonce, "signature", quote_of)
    changed(evidence, nonce, "ak_public", lambda found: found)
    wrong = []
    for index in range(24):
        copy = json.loads(json.dumps(evidence))
        value = copy["tpm_quote"]["pcrs"][index]
        copy["tpm_quote"]["pcrs"][index] = value[:-1] + ("1" if value[-1] == "0" else "0")
        if refusal(copy, nonce) is None:
            wrong.append(index)
    tap.equal(wrong, [], "pcrs: each value counts")
    pcrs = evidence["tpm_quote"]["pcrs"]
    for label, other in (("23 values", pcrs[:-1]), ("25 values", pcrs + ["0" * 64]),
                         ("upper case", [pcr.upper() for pcr in pcrs]), ("two swapped",
                         pcrs[:16] + [pcrs[17], pcrs[16]] + pcrs[18:])):
        copy = json.loads(json.dumps(evidence))
        copy["tpm_quote"]["pcrs"] = other
        tap.ok(refusal(copy, nonce), f"pcrs: {label}")
    for label, other in (("cut", nonce[:-1]), ("longer", nonce + b"\0"), ("zeros", bytes(32))):
        tap.ok("qualifyingData" in (refusal(evidence, other) or ""), f"nonce: {label}")


def check_recorded():
    path = third_party("tpm", "tpm_evidence.json")
    if path is None:
        tap.skip("recorded TPM evidence", "no third-party vectors here")
        return
    with open(path, encoding="utf-8") as file:
        evidence = json.load(file)
    message = base64.b64decode(evidence["tpm_quote"]["message"])
    nonce, _ = verify_tpm.parse_quote(message)
    tap.equal(len(nonce), 64, "recorded: the nonce has 64 bytes")
    check_changes(evidence, nonce)
    try:
        verify_tpm.verify(evidence, nonce, None)
        tap.ok(False, "recorded: the old nonce is refused as evidence of today")
    except EvidenceError as err:
        tap.ok("qualifyingData" in str(err), "recorded: the old nonce is refused as of today")


def forged(key, nonce, pcrs, **parts):
    """Evidence with a quote of our own making, signed by an RSA key of ours."""
    part = dict({"magic": "ff544347", "type": "8018", "selection": "00000001000b03ffffff",
                 "digest": hashlib.sha256(b"".join(pcrs)).digest(), "safe": "01", "rest": "",
                 "scheme": "0014000b", "hash": hashes.SHA256()}, **parts)
    message = bytes.fromhex(part["magic"] + part["type"] + "0000") + \
        struct.pack(">H", len(nonce)) + nonce + bytes(16) + \
        bytes.fromhex(part["safe"]) + bytes(8) + bytes.fromhex(part["selection"]) + \
        struct.pack(">H", len(part["digest"])) + part["digest"] + bytes.fromhex(part["rest"])
    signature = key.sign(message, padding.PKCS1v15(), part["hash"])
    tpmt = bytes.fromhex(part["scheme"]) + struct.pack(">H", len(signature)) + signature
    return {"tpm_quote": {"signature": encode(tpmt), "message": encode(message),
                          "pcrs": [pcr.hex() for pcr in pcrs]},
            "ak_public": encode(key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))}


def check_forged():
    """What a signature alone does not stop: an AK signs whatever it is given."""
    key = rsa.generate_private_key(65537, 2048)
    nonce, pcrs = b"n" * 32, [bytes([index]) * 32 for index in range(24)]
    tap.equal(refusal(forged(key, nonce, pcrs), nonce), None, "forged: a good one")
    sha1 = hashlib.sha1(b"".join(pcrs)).digest()
    for name, parts, reason in (
            ("magic", {"magic": "ff544348"}, "magic"),
            ("type certify", {"type": "8017"}, "type"),
            ("neither safe nor not", {"safe": "02"}, "safe"),
            ("23 PCRs", {"selection": "00000001000b03ffff7f"}, "selection"),
            ("no PCR", {"selection": "00000001000b03000000"}, "selection"),
            ("the SHA-1 bank", {"selection": "00000001000403ffffff"}, "selection"),
            ("two banks", {"selection": "00000002000403ffffff000b03ffffff"}, "selection"),
            ("no bank", {"selection": "00000000"}, "selection"),
            ("digest of other PCRs", {"digest": bytes(32)}, "PCR values"),
            ("digest cut", {"digest": b""}, "PCR values"),
            ("SHA-1 digest", {"digest": sha1}, "PCR values"),
            ("a byte left over", {"rest": "00"}, "left over"),
            ("scheme RSAPSS", {"scheme": "0016000b"}, "RSASSA"),
            ("scheme SHA-1", {"scheme": "00140004"}, "RSASSA"),
            ("signed over SHA-384", {"hash": hashes.SHA384()}, "did not sign")):
        found = refusal(forged(key, nonce, pcrs, **parts), nonce)
        tap.ok(found and reason in found, f"forged: {name}", found)
    evidence = forged(key, nonce, pcrs)
    ecc = ec.generate_private_key(ec.SECP256R1()).public_key()
    evidence["ak_public"] = encode(ecc.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
    tap.ok("not an RSA key" in refusal(evidence, nonce), "forged: an ECC key")


class SoftwareTpm:
    """A swtpm with an attestation key; a context manager."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="kbs-tpm-")
        try:
            if not any(self._start() for _ in range(5)):
                raise RuntimeError("swtpm did not start")
            self._make_ak()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.dir, ignore_errors=True)

    def _make_ak(self):
        """An RSA key under the EK, at the handle where CoCo's attester looks."""
        self.run("tpm2_createek", "-G", "rsa", "-c", self.path("ek.ctx"))
        # No resource manager stands between: transient keys would fill the TPM.
        self.run("tpm2_flushcontext", "-t")
        self.run("tpm2_createak", "-C", self.path("ek.ctx"), "-c", self.path("ak.ctx"), "-G", "rsa",
                 "-g", "sha256", "-s", "rsassa", "-f", "pem", "-u", self.path("ak.pem"))
        self.run("tpm2_flushcontext", "-t")
        self.run("tpm2_evictcontrol", "-c", self.path("ak.ctx"), AK)
        self.run("tpm2_flushcontext", "-t")

    def path(self, name):
        return os.path.join(self.dir, name)

    def _start(self):
        # The TCTI wants the control channel on the port above the server's.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.tcti = f"swtpm:host=127.0.0.1,port={port}"
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + self.dir,
             "--server", f"type=tcp,bindaddr=127.0.0.1,port={port}",
             "--ctrl", f"type=tcp,bindaddr=127.0.0.1,port={port + 1}",
             "--flags", "not-need-init,startup-clear"], stderr=subprocess.DEVNULL)
        for _ in range(100):
            if self.process.poll() is not None:
                return False
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port + 1), timeout=1).close()
                return True
            time.sleep(0.05)
        return False

    def run(self, *command):
        done = subprocess.run(command, check=False, capture_output=True, timeout=60,
                              env=dict(os.environ, TPM2TOOLS_TCTI=self.tcti))
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode()}")

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def extend(self, pcr, content):
        self.run("tpm2_pcrextend", f"{pcr}:sha256={hashlib.sha256(content).hexdigest()}")

    def ak_public(self):
        lines = self.read("ak.pem").decode().strip().splitlines()
        return "".join(lines[1:-1])

    def pcrs(self):
        self.run("tpm2_pcrread", "sha256:all", "-o", self.path("pcrs"))
        raw = self.read("pcrs")
        return [raw[at:at + 32].hex() for at in range(0, 24 * 32, 32)]

    def evidence(self, nonce):
        self.run("tpm2_quote", "-c", AK, "-l", "sha256:all", "-q", nonce.hex(),
                 "-g", "sha256", "-m", self.path("message"), "-s", self.path("signature"))
        return {"tpm_quote": {"signature": encode(self.read("signature")),
                              "message": encode(self.read("message")), "pcrs": self.pcrs()},
                "ak_public": self.ak_public()}


def check_swtpm(tpm):
    tpm.extend(0, b"firmware")
    tpm.extend(23, b"something")
    nonce = hashlib.sha384(b"runtime data").digest()
    evidence = tpm.evidence(nonce[:32])
    check_changes(evidence, nonce[:32])
    claims = verify_tpm.verify(evidence, nonce, None)
    tap.equal((claims["pcr23"], claims["pcr15"], claims["report_data"]),
              (hashlib.sha256(bytes(32) + hashlib.sha256(b"something").digest()).hexdigest(),
               "0" * 64, nonce[:32].hex()), "claims")
    for label, other in (("48 bytes", nonce), ("zero-padded", nonce[:32] + bytes(16))):
        tap.ok("qualifyingData" in refusal(tpm.evidence(other), nonce[:32]),
               f"a nonce of {label} is refused")
    init = b'version = "0.1.0"\n'
    tpm.extend(8, init)
    evidence = tpm.evidence(nonce[:32])
    claims = verify_tpm.verify(evidence, nonce, hashlib.sha256(init).digest())
    tap.equal(claims["init_data"], claims["pcr08"], "init-data in PCR 8")
    for label, digest, wanted in (("other", hashlib.sha256(b"").digest(), EvidenceError),
                                  ("sha384", hashlib.sha384(init).digest(), Dropped)):
        try:
            verify_tpm.verify(evidence, nonce, digest)
            tap.ok(False, f"init-data: {label}")
        except wanted:
            tap.ok(True, f"init-data: {label} is refused")


def check_over_http(tpm):
    with RunningKbs() as kbs:
        kbs.resource(PATH, SECRET)
        ak = tpm.ak_public()
        kbs.policy(f'[reference]\ntrusted_aks = ["{ak}"]\ntpm_pcr11 = ["{"0" * 64}"]\n'
                   f'[resource."{PATH}"]\ntee = "tpm"\npcr15 = "zeros"\ntrusted_aks = ["{ak}"]\n'
                   'ear-status = "affirming"\n')
        who = guest.Guest(kbs.host, kbs.port)
        who.auth("tpm")
        evidence = tpm.evidence(who.digest()[:32])
        who.auth("tpm")
        tap.equal(who.attest(evidence).status, 401, "HTTP: a quote over an old nonce is refused")
        evidence = tpm.evidence(who.digest()[:32])
        tap.equal(who.attest(evidence).status, 200, "HTTP: attest")
        record = kbs.log()[-1]
        tap.equal((record["ear"], record["pcrs"]["pcr15"]), ({"cpu0": "affirming"}, "0" * 64),
                  "HTTP: the log has EAR status and PCRs")
        tap.equal(who.open(who.get(PATH).body), SECRET, "HTTP: released while PCR 15 is zero")
        tpm.extend(15, b"postern leave")
        who.auth("tpm")
        who.attest(tpm.evidence(who.digest()[:32]))
        answer = who.get(PATH)
        tap.equal((answer.status, answer.variant()), (401, "PolicyDeny"), "HTTP: denied after")
        tap.ok("pcr15" in kbs.log()[-1]["reason"], "HTTP: the log names the claim")
        pcr15 = tpm.pcrs()[15]
        kbs.policy(f'[default]\npcr15 = ["{"1" * 64}", "{pcr15}"]\n')
        tap.equal(who.get(PATH).status, 200, "HTTP: PCR 15 one of two values")
        kbs.policy('[default]\ntrusted_aks = []\n')
        tap.equal(who.get(PATH).variant(), "PolicyDeny", "HTTP: an AK that nobody trusts")
        os.unlink(os.path.join(kbs.state, "policy.toml"))
        tap.equal(who.get(PATH).status, 200, "HTTP: no policy: any TEE but sample")
        # An init-data digest that the TPM cannot hold: no answer, as Trustee's panic.
        who.auth("tpm")
        try:
            who.attest(tpm.evidence(who.digest()[:32]),
                       init_data='version = "0.1.0"\nalgorithm = "sha384"\n[data]\n')
            tap.ok(False, "HTTP: sha384 init-data drops the connection")
        except ConnectionError:
            tap.equal(kbs.log()[-1]["verdict"], "dropped",
                      "HTTP: sha384 init-data drops the connection")


def main():
    check_forged()
    check_recorded()
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        tap.skip("a quote by swtpm", f"not installed: {' '.join(missing)}")
    else:
        with SoftwareTpm() as tpm:
            check_swtpm(tpm)
            check_over_http(tpm)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
