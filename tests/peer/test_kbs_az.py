#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The development KBS's verifiers of Azure's evidence: good as it is, refused when
anything in it is changed."""

import base64
import copy
import datetime
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
SIMULATOR = os.path.join(HERE, "..", "tee-sim")
sys.path[:0] = [os.path.join(HERE, "..", "kbs"), SIMULATOR]

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import certs
import fixture_sign
import guest
import hcl
import verify_az
from errors import Dropped, EvidenceError
from harness import RunningKbs, Tap, third_party

DIGEST = hashlib.sha384(b"runtime data").digest()
INIT_DATA = b'version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"x" = "y"\n'
PCRS = [bytes([n]) * 32 for n in range(24)]
VERIFY = {hcl.SNP: verify_az.verify_snp_vtpm, hcl.TDX: verify_az.verify_tdx_vtpm}
NAME = {hcl.SNP: "az-snp-vtpm", hcl.TDX: "az-tdx-vtpm"}
tap = Tap()


def padded(data):
    return base64.urlsafe_b64encode(data).decode()


def quoted(nonce, pcrs):
    """TPMS_ATTEST (tee-abi.md 4.4)."""
    digest = hashlib.sha256(b"".join(pcrs)).digest()
    return (bytes.fromhex("ff5443478018") + struct.pack(">H", 34) + b"\0\x0b" + bytes(32) +
            struct.pack(">H", len(nonce)) + nonce + bytes(16) + b"\1" + bytes(8) +
            bytes.fromhex("00000001000b03ffffff") + struct.pack(">H", 32) + digest)


class Vm:
    """One of Azure's VMs, with a key for its AK."""

    def __init__(self, base, kind, fixture):
        self.kind, self.dir = kind, os.path.join(base, fixture)
        self.ak = rsa.generate_private_key(65537, 2048)
        self.roots = os.path.join(self.dir, "trusted", NAME[kind])
        shutil.copytree(os.path.join(self.dir, "roots"), self.roots)
        if kind == hcl.SNP:
            shutil.copy(os.path.join(self.dir, "store/ask.der"), self.roots)
        self.level = 0

    def hardware(self, data):
        if self.kind == hcl.TDX:
            return hcl.tdreport(data)
        return fixture_sign.evidence(self.dir, data, level=self.level)

    def quote(self, nonce, pcrs, key=None):
        message = quoted(nonce, pcrs)
        signature = (key or self.ak).sign(message, padding.PKCS1v15(), hashes.SHA256())
        return {"signature": signature.hex(), "message": message.hex(),
                "pcrs": [pcr.hex() for pcr in pcrs]}

    def evidence(self, version=2, digest=DIGEST, user_data=DIGEST, pcrs=PCRS, nonce=None):
        report = hcl.report(self.kind, self.hardware, self.ak.public_key(), user_data)
        found = {"version": version, "tpm_quote": self.quote(nonce or digest, pcrs),
                 "hcl_report": padded(report + bytes(100))}
        if self.kind == hcl.SNP:
            found["vcek"] = padded(fixture_sign.read(self.dir, "store/vcek.der"))
        else:
            tdreport = report[hcl.HARDWARE_AT:hcl.HARDWARE_AT + 1024]
            found["td_quote"] = padded(hcl.td_quote(self.dir, tdreport))
        return found

    def refusal(self, evidence, digest=DIGEST, init=None, roots=None):
        try:
            VERIFY[self.kind](evidence, digest, init, roots or self.roots)
            return None
        except EvidenceError as err:
            return str(err)


def refused(vm, label, why, evidence, **options):
    found = vm.refusal(evidence, **options)
    tap.ok(found is not None and why in found, f"{NAME[vm.kind]}: {label} is refused", found)


def flips(vm, label, evidence, places, get, put):
    """Each of these bytes of one part with a bit flipped."""
    accepted = []
    for at in places:
        other, raw = copy.deepcopy(evidence), bytearray(get(evidence))
        raw[at] ^= 1
        put(other, bytes(raw))
        if vm.refusal(other) is None:
            accepted.append(at)
    tap.equal(accepted, [], f"{NAME[vm.kind]}: {label}: each of {len(places)} bytes counts")


def in_hex(name):
    return (lambda e: bytes.fromhex(e["tpm_quote"][name]),
            lambda e, raw: e["tpm_quote"].__setitem__(name, raw.hex()))


def in_b64(name):
    return (lambda e: base64.urlsafe_b64decode(e[name]),
            lambda e, raw: e.__setitem__(name, padded(raw)))


def check_flips(vm, evidence):
    message = len(evidence["tpm_quote"]["message"]) // 2
    flips(vm, "message", evidence, range(message), *in_hex("message"))
    flips(vm, "signature", evidence, range(0, 256, 5), *in_hex("signature"))
    size = len(hcl.claims(vm.ak.public_key(), DIGEST))
    # But for the header and what is not TDX's; and of a TDREPORT the MAC is not
    # checked, only what is quoted: its report data.
    hardware = [*range(0x20, 0x20 + 0x2A0, 7), *range(0x20 + 0x2A0, 0x20 + 0x2A0 + 40)] \
        if vm.kind == hcl.SNP else range(0x20 + 128, 0x20 + 192)
    places = [*range(4), *hardware, 0x4C8, 0x4CC, 0x4D0, *range(0x4D4, 0x4D4 + size, 9)]
    flips(vm, "HCL report", evidence, places, *in_b64("hcl_report"))


def check_forms(vm, evidence):
    """Members that are not there, or not in the form of the wire."""
    for name in evidence:
        refused(vm, f"no {name}", name, {k: v for k, v in evidence.items() if k != name})
        tap.ok(vm.refusal(dict(evidence, **{name: None})), f"{NAME[vm.kind]}: null for {name}")
    for label, other in (("nothing", {}), ("null", None), ("a list", [])):
        tap.ok(vm.refusal(other), f"{NAME[vm.kind]}: {label} is refused")
    for version in (0, 3, "2", None):
        refused(vm, f"version {version!r}", "version", dict(evidence, version=version))
    report = evidence["hcl_report"]
    for label, text in (("without padding", report.rstrip("=")), ("as hex", "00" * 2600),
                        ("in the other alphabet", report.replace("-", "+").replace("_", "/"))):
        tap.ok(text == report or vm.refusal(dict(evidence, hcl_report=text)),
               f"{NAME[vm.kind]}: HCL report {label} is refused")
    for label, edit in (("upper case", str.upper), ("base64", lambda text: padded(b"x" * 256))):
        quote = dict(evidence["tpm_quote"], signature=edit(evidence["tpm_quote"]["signature"]))
        tap.ok(vm.refusal(dict(evidence, tpm_quote=quote)),
               f"{NAME[vm.kind]}: signature in {label} is refused")


def check_bindings(vm, evidence):
    refused(vm, "another digest", "extraData", evidence, digest=hashlib.sha384().digest())
    refused(vm, "a nonce of 32 bytes", "extraData", vm.evidence(nonce=DIGEST[:32]))
    refused(vm, "a nonce of 64 bytes", "extraData",
            vm.evidence(nonce=DIGEST.ljust(64, b"\0")))
    other = hashlib.sha384(b"of before").digest()
    refused(vm, "old user data", "user-data", vm.evidence(user_data=other))
    refused(vm, "user data that were never there", "user-data", vm.evidence(user_data=None))
    for user_data in (other, None):
        tap.equal(vm.refusal(vm.evidence(version=1, user_data=user_data)), None,
                  f"{NAME[vm.kind]}: version 1 needs no user data")
    stranger = rsa.generate_private_key(65537, 2048)
    quote = vm.quote(DIGEST, PCRS, stranger)
    refused(vm, "a quote by another key", "AK", dict(evidence, tpm_quote=quote))
    pcrs = [*PCRS[:15], bytes(32), *PCRS[16:]]
    quote = dict(evidence["tpm_quote"], pcrs=[pcr.hex() for pcr in pcrs])
    refused(vm, "another PCR", "PCR", dict(evidence, tpm_quote=quote))
    with tempfile.TemporaryDirectory() as empty:
        tap.ok(vm.refusal(evidence, roots=empty), f"{NAME[vm.kind]}: refused without anchors")


def check_init_data(vm):
    digest = hashlib.sha256(INIT_DATA).digest()
    pcr = hashlib.sha256(bytes(32) + digest).digest()
    pcrs = [*PCRS[:8], pcr, *PCRS[9:]]
    tap.equal(vm.refusal(vm.evidence(pcrs=pcrs), init=digest), None,
              f"{NAME[vm.kind]}: init-data in PCR 8")
    refused(vm, "other init-data", "init-data", vm.evidence(pcrs=pcrs), init=bytes(32))
    try:
        vm.refusal(vm.evidence(pcrs=pcrs), init=hashlib.sha384(INIT_DATA).digest())
        tap.ok(False, f"{NAME[vm.kind]}: init-data of 48 bytes")
    except Dropped:
        tap.ok(True, f"{NAME[vm.kind]}: init-data of 48 bytes break the handler")


def check_hardware(snp, tdx, base):
    evidence = snp.evidence()
    other = padded(fixture_sign.read(os.path.join(base, "snp-v5"), "store/vcek.der"))
    refused(snp, "the certificate of another chip", "", dict(evidence, vcek=other))
    snp.level = 1
    refused(snp, "VMPL 1", "VMPL", snp.evidence())
    snp.level = 0
    evidence, before = tdx.evidence(), tdx.evidence(user_data=bytes(48))
    refused(tdx, "the quote of another report", "quote",
            dict(evidence, td_quote=before["td_quote"]))
    tap.equal(tdx.refusal(dict(evidence, td_quote=padded(
        base64.urlsafe_b64decode(evidence["td_quote"]) + bytes(70)))), None,
        "az-tdx-vtpm: a padded quote")
    for vm, one in ((snp, evidence), (tdx, snp.evidence())):
        tap.ok(vm.refusal(one), f"{NAME[vm.kind]}: evidence of the other TEE is refused")


def check_claims(snp, tdx):
    claims = verify_az.verify_snp_vtpm(snp.evidence(), DIGEST, None, snp.roots)
    tap.equal((claims["version"], claims["vmpl"], claims["report_data"], claims["init_data"]),
              ("2", "0", DIGEST.hex(), PCRS[8].hex()), "az-snp-vtpm: claims")
    tap.equal(claims["tpm"], {f"pcr{n:02}": pcr.hex() for n, pcr in enumerate(PCRS)},
              "az-snp-vtpm: PCRs")
    tap.ok(all(isinstance(value, str) for name, value in claims.items() if name != "tpm"),
           "az-snp-vtpm: all others are strings", claims)
    claims = verify_az.verify_tdx_vtpm(tdx.evidence(), DIGEST, None, tdx.roots)
    tap.equal((claims["quote"]["body"]["mr_td"], claims["report_data"]),
              (hcl.MRTD.hex(), DIGEST.hex()), "az-tdx-vtpm: claims")


def check_recorded():
    """What real machines sent; the nonce of the first versions was this word."""
    if third_party("az-snp-vtpm") is None:
        return tap.skip("recorded", "no third-party vectors here")

    def load(tee, name):
        with open(third_party(tee, name), encoding="utf-8") as file:
            return json.load(file)
    before, certs.now = certs.now, lambda: datetime.datetime(2025, 6, 1)
    with tempfile.TemporaryDirectory() as roots:
        for name in ("milan", "genoa"):
            shutil.copy(third_party("snp", f"{name}_ask_ark_asvk.pem"), roots)
        newest = load("az-snp-vtpm", "evidence-v2.json")
        message = bytes.fromhex(newest["tpm_quote"]["message"])
        digest = message[44:92]
        tap.equal(verify_az.verify_snp_vtpm(newest, digest, None, roots)["version"], "2",
                  "recorded: SNP, version 2")
        verify_az.verify_snp_vtpm(load("az-snp-vtpm", "evidence-v1.json"), b"challenge", None,
                                  roots)
        old = load("az-tdx-vtpm", "evidence-v1.json")
        quote = verify_az.verify_tdx.Quote(base64.urlsafe_b64decode(old["td_quote"]))
        with open(os.path.join(roots, "intel.pem"), "wb") as file:
            file.write(quote.chain[-1].public_bytes(serialization.Encoding.PEM))
        claims = verify_az.verify_tdx_vtpm(old, b"challenge", None, roots)
        tap.equal(claims["quote"]["body"]["rtmr_0"], "0" * 96, "recorded: TDX, version 1")
    certs.now = before


def check_old_kbs(vm):
    """A KBS that does not know version 2 says no more than that it refuses."""
    with RunningKbs("--fault", "old-evidence", "--roots", os.path.dirname(vm.roots)) as kbs:
        who = guest.Guest(kbs.host, kbs.port)
        for version, status in ((2, 401), (1, 200), (2, 401)):
            who.auth(NAME[vm.kind])
            answer = who.attest(vm.evidence(version, who.digest(), who.digest()))
            tap.equal(answer.status, status, f"old-evidence: version {version}")
        tap.equal(answer.json()["detail"], "Attestation error: RCAR handshake Attest failed",
                  "old-evidence: what it says")


def main():
    with tempfile.TemporaryDirectory(prefix="az-test-") as base:
        subprocess.run([os.path.join(SIMULATOR, "fixtures"), base, "snp", "tdx"], check=True)
        snp, tdx = Vm(base, hcl.SNP, "snp-v3"), Vm(base, hcl.TDX, "tdx-v4")
        for vm in (snp, tdx):
            evidence = vm.evidence()
            tap.equal(vm.refusal(evidence), None, f"{NAME[vm.kind]}: good as it is")
            check_flips(vm, evidence)
            check_forms(vm, evidence)
            check_bindings(vm, evidence)
            check_init_data(vm)
        check_hardware(snp, tdx, base)
        check_claims(snp, tdx)
        check_old_kbs(snp)
    check_recorded()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
