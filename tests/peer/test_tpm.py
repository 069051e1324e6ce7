#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our TPM code against a real swtpm, verified by others than us.

tpm_client (built by the Makefile; TPM_CLIENT names another) is the attester and
the measurer as they ship, over the socket of a swtpm.  tpm2-tools makes keys
and reads PCRs over the same socket; the quote is verified by tpm2_checkquote
and by python3-cryptography.
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
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "kbs"))

TOOLS = ("swtpm", "swtpm_setup", "tpm2_createek", "tpm2_createak", "tpm2_createprimary",
         "tpm2_evictcontrol", "tpm2_flushcontext", "tpm2_changeauth", "tpm2_pcrread",
         "tpm2_pcrextend", "tpm2_checkquote")
CLIENT = os.environ.get("TPM_CLIENT") or os.path.join(
    HERE, "..", "..", os.environ.get("O", "build"), "tests", "peer", "tpm_client")
AK = "0x81010002"
BANKS = ["sha1", "sha256", "sha384", "sha512"]
PCRS = 24
REPORT_DATA = hashlib.sha384(b"runtime data").digest()


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


def receive(connection):
    """One TPM message: its size is in the header."""
    data = connection.recv(4096)
    while data and len(data) < struct.unpack(">I", data[2:6])[0]:
        data += connection.recv(4096)
    return data


def bridge(path):
    """What tpm2-tools starts as its way to the TPM (tss2-tcti-cmd)."""
    with connect(path) as connection:
        while header := sys.stdin.buffer.read(10):
            size = struct.unpack(">I", header[2:6])[0]
            connection.sendall(header + sys.stdin.buffer.read(size - 10))
            sys.stdout.buffer.write(receive(connection))
            sys.stdout.buffer.flush()


class SoftwareTpm:
    """A swtpm of its own with these banks in use; a context manager."""

    def __init__(self, banks=BANKS):
        self.dir = tempfile.mkdtemp(prefix="tpm-test-")
        self.socket = self.path("socket")
        self.process = None
        subprocess.run(["swtpm_setup", "--tpm2", "--tpmstate", self.dir,
                        "--pcr-banks", ",".join(banks)],
                       check=True, stdout=subprocess.DEVNULL)

    def __enter__(self):
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + self.dir,
             "--server", "type=unixio,path=" + self.socket,
             "--flags", "not-need-init,startup-clear"], stderr=subprocess.DEVNULL)
        for _ in range(200):
            if os.path.exists(self.socket):
                return self
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("swtpm did not start")

    def __exit__(self, *unused):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def tool(self, *command):
        """A command of tpm2-tools, which forgets its keys at the end."""
        way = f"cmd:{sys.executable} {os.path.abspath(__file__)} --bridge {self.socket}"
        environ = dict(os.environ, TPM2TOOLS_TCTI=way)
        done = subprocess.run(command, capture_output=True, cwd=self.dir, env=environ)
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode()}")
        if command[0] in ("tpm2_createek", "tpm2_createak", "tpm2_createprimary"):
            self.tool("tpm2_flushcontext", "-t")
        return done.stdout.decode()

    def client(self, *arguments):
        return subprocess.run([CLIENT, self.socket, *arguments],
                              capture_output=True, text=True)

    def evidence(self):
        done = self.client("evidence", REPORT_DATA.hex())
        if done.returncode:
            raise RuntimeError(done.stderr)
        answer = json.loads(done.stdout)
        return answer["made"], answer["evidence"], done.stderr

    def pcr(self, bank, index):
        self.tool("tpm2_pcrread", f"{bank}:{index}", "-o", "pcr")
        with open(self.path("pcr"), "rb") as file:
            return file.read()

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)


def pcr_file(values):
    """The file that tpm2_quote writes: C structures of tss2, little endian."""
    selection = struct.pack("<IHB3sx", 1, 0x000B, 3, b"\xff" * 3).ljust(4 + 16 * 8, b"\0")
    lists = [values[first:first + 8] for first in range(0, len(values), 8)]
    digests = b"".join(
        struct.pack("<I", len(part)) + b"".join(struct.pack("<H64s", 32, v) for v in part)
        for part in lists)
    return selection + struct.pack("<I", len(lists)) + digests


def verify(tpm, tap, evidence, what):
    """kbs-wire.md 4.5, field by field."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    tap.ok(set(evidence) == {"tpm_quote", "ak_public"} and
           set(evidence["tpm_quote"]) == {"signature", "message", "pcrs"}, f"{what}: members")
    message = base64.b64decode(evidence["tpm_quote"]["message"], validate=True)
    signature = base64.b64decode(evidence["tpm_quote"]["signature"], validate=True)
    values = evidence["tpm_quote"]["pcrs"]
    key = serialization.load_der_public_key(
        base64.b64decode(evidence["ak_public"], validate=True))
    tap.equal(signature[:6].hex(), "0014000b0100", f"{what}: RSASSA, SHA-256, 256 bytes")
    try:
        key.verify(signature[6:], message, padding.PKCS1v15(), hashes.SHA256())
        tap.ok(True, f"{what}: the AK signed the message")
    except InvalidSignature:
        tap.ok(False, f"{what}: the AK signed the message")
    tap.equal(message[:6].hex(), "ff5443478018", f"{what}: magic and type")
    tap.equal(message[42:76], struct.pack(">H", 32) + REPORT_DATA[:32], f"{what}: nonce")
    tap.ok(len(values) == PCRS and all(v == v.lower() and len(v) == 64 for v in values),
           f"{what}: 24 PCRs in lower-case hex")
    digest = hashlib.sha256(bytes.fromhex("".join(values))).digest()
    tap.equal(message[-32:], digest, f"{what}: PCR digest")

    tpm.write("ak.pem", key.public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo))
    tpm.write("message", message)
    tpm.write("signature", signature)
    tpm.write("pcrs", pcr_file([bytes.fromhex(value) for value in values]))
    try:
        tpm.tool("tpm2_checkquote", "-u", "ak.pem", "-m", "message", "-s", "signature",
                 "-f", "pcrs", "-g", "sha256", "-q", REPORT_DATA[:32].hex())
        tap.ok(True, f"{what}: tpm2_checkquote")
    except RuntimeError as err:
        tap.ok(False, f"{what}: tpm2_checkquote", err)


def check_measuring(tap):
    """The measurer, every bank recomputed here and read by tpm2_pcrread."""
    events = [b"postern config 00", b"postern leave"]
    values = {bank: bytes(hashlib.new(bank).digest_size) for bank in BANKS}
    with SoftwareTpm() as tpm:
        tpm.tool("tpm2_pcrextend", "7:sha256=" + "11" * 32)
        for event in events:
            wanted = {bank: hashlib.new(bank, event).digest() for bank in BANKS}
            done = tpm.client("extend", "15", event.decode())
            tap.equal(done.stdout.split(),
                      [word for bank in BANKS for word in (bank, wanted[bank].hex())],
                      f"'{event.decode()}' into all banks")
            for bank in BANKS:
                values[bank] = hashlib.new(bank, values[bank] + wanted[bank]).digest()
        for bank in BANKS:
            tap.equal(tpm.pcr(bank, 15), values[bank], f"PCR 15 of {bank} replays")
        _, evidence, _ = tpm.evidence()
        tap.equal(evidence["tpm_quote"]["pcrs"][15], values["sha256"].hex(),
                  "the quote has PCR 15")
        tap.equal(evidence["tpm_quote"]["pcrs"][7], tpm.pcr("sha256", 7).hex(),
                  "the quote has PCR 7")
        verify(tpm, tap, evidence, "after measuring")


def check_banks(tap):
    with SoftwareTpm(["sha256", "sha384"]) as tpm:
        tap.equal(tpm.client("banks", "15").stdout.split(), ["sha256", "sha384"],
                  "only the banks in use")
    with SoftwareTpm(["sha1"]) as tpm:
        done = tpm.client("extend", "15", "x")
        tap.ok(done.returncode == 1 and "MEASURE: the TPM has no PCR 15 in a bank of SHA-256"
               in done.stderr, "SHA-1 alone is refused", done.stderr)
        tap.equal(tpm.pcr("sha1", 15), bytes(20), "and was not extended")
        done = tpm.client("evidence", REPORT_DATA.hex())
        tap.ok(done.returncode == 1 and "NO_TEE: the TPM has no SHA-256 bank" in done.stderr,
               "no evidence without SHA-256", done.stderr)


def check_made_ak(tap):
    """No AK in the TPM: one is made, the same each time, and flushed."""
    with SoftwareTpm() as tpm:
        made, evidence, _ = tpm.evidence()
        tap.ok(made, "an AK is made")
        verify(tpm, tap, evidence, "made AK")
        again = [tpm.evidence()[1]["ak_public"] for _ in range(4)]
        tap.equal(set(again), {evidence["ak_public"]}, "the same AK each time, none left over")

        tpm.tool("tpm2_changeauth", "-c", "endorsement", "secret")
        made, other, _ = tpm.evidence()
        tap.ok(made and other["ak_public"] != evidence["ak_public"],
               "an AK of the owner's hierarchy where the other has a password")
        verify(tpm, tap, other, "owner's AK")
        tpm.tool("tpm2_changeauth", "-c", "owner", "secret")
        done = tpm.client("evidence", REPORT_DATA.hex())
        tap.ok(done.returncode == 1 and "NO_TEE: the TPM wants a password" in done.stderr,
               "both hierarchies have passwords", done.stderr)


def check_provisioned_ak(tap):
    """An AK as CoCo's script makes it (kbs-wire.md 4.5, 8.3)."""
    from cryptography.hazmat.primitives import serialization

    with SoftwareTpm() as tpm:
        tpm.tool("tpm2_createek", "-c", "0x81010001", "-G", "rsa", "-u", "ek.pub")
        tpm.tool("tpm2_createak", "-C", "0x81010001", "-c", "ak.ctx", "-G", "rsa",
                 "-g", "sha256", "-s", "rsassa", "-u", "tools.pem", "-f", "pem")
        tpm.tool("tpm2_evictcontrol", "-C", "o", "-c", "ak.ctx", AK)
        tpm.tool("tpm2_flushcontext", "-t")
        made, evidence, _ = tpm.evidence()
        tap.ok(not made, "the persistent AK is used")
        with open(tpm.path("tools.pem"), "rb") as file:
            key = serialization.load_pem_public_key(file.read())
        der = key.public_bytes(serialization.Encoding.DER,
                               serialization.PublicFormat.SubjectPublicKeyInfo)
        tap.equal(evidence["ak_public"], base64.b64encode(der).decode(), "its public key")
        verify(tpm, tap, evidence, "persistent AK")


def check_other_keys(tap):
    """Something else at the AK's handle is not used, and said so."""
    kinds = {
        "no RSA key": ("-G", "ecc256:ecdsa-sha256:null", "-a",
                       "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign"),
        "no restricted signing key of this TPM":
            ("-G", "rsa2048:rsassa-sha256:null", "-a",
             "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign"),
        "no key for RSASSA with SHA-256":
            ("-G", "rsa2048:rsapss-sha256:null", "-a",
             "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign"),
    }
    for why, options in kinds.items():
        with SoftwareTpm() as tpm:
            tpm.tool("tpm2_createprimary", "-C", "o", "-c", "key.ctx", *options)
            tpm.tool("tpm2_evictcontrol", "-C", "o", "-c", "key.ctx", AK)
            tpm.tool("tpm2_flushcontext", "-t")
            made, _, said = tpm.evidence()
            tap.ok(made and f"the key at {AK} is {why}" in said, why, said)


class Impostor:
    """A TPM that shows the EK of another: between the client and TPM, OURS becomes
    THEIRS in each answer.  A context manager; its socket is .socket."""

    def __init__(self, tpm, ours, theirs):
        self.tpm, self.ours, self.theirs = tpm, ours, theirs
        self.socket = tpm.path("impostor")

    def __enter__(self):
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.socket)
        self.server.listen()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.server.close()

    def _serve(self):
        client, _ = self.server.accept()
        with client, connect(self.tpm.socket) as real:
            while command := receive(client):
                real.sendall(command)
                client.sendall(receive(real).replace(self.ours, self.theirs))


def ek_public(tpm):
    """The TPMT_PUBLIC of its EK, as tpm2-tools make it by the same template."""
    tpm.tool("tpm2_createek", "-c", "ek.ctx", "-G", "rsa", "-u", "ek.pub")
    with open(tpm.path("ek.pub"), "rb") as file:
        return file.read()[2:]


def check_ek(tap):
    """Whose EK it is, and whether the TPM can use it."""
    def told(done, text):
        return done.returncode == 1 and f"MEASURE: {text}" in done.stderr

    with SoftwareTpm() as tpm, SoftwareTpm() as other:
        ek, theirs = ek_public(tpm), ek_public(other)
        for _ in range(4):
            done = tpm.client("ek", ek.hex())
            tap.equal(done.returncode, 0, f"the TPM has its EK {done.stderr}")
        tap.ok(told(tpm.client("ek", theirs.hex()), "the TPM is not the one in the report: "
                    "it has another EK"), "another TPM's EK")
        with Impostor(tpm, ek[-256:], theirs[-256:]) as impostor:
            done = subprocess.run([CLIENT, impostor.socket, "ek", theirs.hex()],
                                  capture_output=True, text=True)
            tap.ok(told(done, "the TPM refused (TPM2_StartAuthSession"),
                   "a TPM that shows another's EK", done.stderr)
        flipped = ek[:7] + bytes([ek[7] ^ 1]) + ek[8:]
        tap.ok(told(tpm.client("ek", flipped.hex()), "the manifest is no EK: it is not by"),
               "other attributes than the template's")


def main():
    from harness import Tap

    tap = Tap()
    missing = [name for name in TOOLS if not shutil.which(name)]
    if missing:
        tap.skip("TPM code with swtpm", f"not installed: {' '.join(missing)}")
    elif not os.path.exists(CLIENT):
        tap.skip("TPM code with swtpm", "tpm_client was not built")
    else:
        for check in (check_measuring, check_banks, check_made_ak, check_provisioned_ak,
                      check_other_keys, check_ek):
            try:
                check(tap)
            except (RuntimeError, subprocess.CalledProcessError) as err:
                tap.ok(False, check.__name__, err)
    return tap.done()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bridge"]:
        bridge(sys.argv[2])
    else:
        sys.exit(main())
