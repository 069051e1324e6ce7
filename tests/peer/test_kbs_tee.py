#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The TDX, SNP, CCA, CSV and SE verifiers of the development KBS, on evidence of the
simulator's fixtures: good as it is, refused when anything in it is changed."""

import base64
import contextlib
import copy
import hashlib
import hmac
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

import cbor2
from cryptography.hazmat.primitives.asymmetric import padding

import ccel
import fixture_sign
import guest
import tee_evidence
import verify_cca
import verify_csv
import verify_se
import verify_snp
import verify_tdx
from errors import EvidenceError
from harness import RunningKbs, Tap

DIGEST = hashlib.sha384(b"runtime data").digest()
SECRET = b"marker-secret-7b1d9a40"
PATH = "default/disk/root"
INIT_DATA = 'version = "0.1.0"\nalgorithm = "%s"\n[data]\n"x" = "y"\n'
RTMRS = dict(enumerate(ccel.replay()))
# As CoCo's agent writes it: SHA-384 and SM3 (kbs-wire.md 5.1).
SM3_HEADER = struct.pack("<II20sI", 0, 3, b"", 37) + bytes(24) + \
    struct.pack("<IHHHHB", 2, 0x0C, 48, 0x12, 32, 0)
VERIFY = {"tdx": verify_tdx.verify, "snp": verify_snp.verify, "cca": verify_cca.verify,
          "csv": verify_csv.verify, "se": verify_se.verify}
tap = Tap()


class Fixture:
    """One fixture, and a folder with what a KBS trusts for it."""

    def __init__(self, base, name):
        self.dir, self.name, self.tee = os.path.join(base, name), name, name.split("-")[0]
        self.roots = os.path.join(base, name, "trusted", self.tee)
        os.makedirs(self.roots)
        for folder in ("roots", "store"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copytree(os.path.join(self.dir, folder), self.roots, dirs_exist_ok=True)

    def raw(self, digest=DIGEST, **options):
        return fixture_sign.evidence(self.dir, digest.ljust(64, b"\0"), **options)

    def form(self, raw, log=None, certs=True):
        """In the form of the wire."""
        if self.tee == "snp":
            table = fixture_sign.read(self.dir, "aux") if certs else b""
            return tee_evidence.snp(raw, table)
        if self.tee == "csv":
            return tee_evidence.csv(raw, log, self.name == "csv-v2")
        return tee_evidence.tdx(raw, log) if self.tee == "tdx" else tee_evidence.cca(raw)

    def verify(self, evidence, digest=DIGEST, init=None, roots=None):
        return VERIFY[self.tee](evidence, digest, init, roots or self.roots)

    def refusal(self, evidence, **options):
        """Why it is refused; None when it is not."""
        try:
            self.verify(evidence, **options)
            return None
        except EvidenceError as err:
            return str(err)


def refused(fixture, label, why, evidence, **options):
    found = fixture.refusal(evidence, **options)
    tap.ok(found is not None and why in found, f"{fixture.name}: {label} is refused", found)


def flips(fixture, raw, places, label):
    """Each of these bytes with a bit flipped."""
    accepted = []
    for at in places:
        other = bytearray(raw)
        other[at] ^= 1
        if fixture.refusal(fixture.form(bytes(other))) is None:
            accepted.append(at)
    tap.equal(accepted, [], f"{fixture.name}: {label}: each of {len(places)} bytes counts")


def check_common(fixture, raw, log=None):
    evidence = fixture.form(raw, log)
    tap.equal(fixture.refusal(evidence), None, f"{fixture.name}: good as it is")
    refused(fixture, "another digest", "report data", evidence, digest=hashlib.sha384().digest())
    with tempfile.TemporaryDirectory() as empty:
        why = fixture.refusal(evidence, roots=empty)
        tap.ok(why, f"{fixture.name}: refused without trust anchors", why)
    for label, other in (("nothing", {}), ("null", None), ("a list", [])):
        tap.ok(fixture.refusal(other), f"{fixture.name}: {label} is refused")


def check_init_data(fixture, digests):
    """The digest where the TEE has it; `digests`: (hash, does it fit)."""
    for name, fits in digests:
        digest = hashlib.new(name, INIT_DATA.encode()).digest()
        if fixture.tee == "tdx":
            raw = fixture.raw(registers={5: digest[:48].ljust(48, b"\0")})
        else:
            fixture_sign.patch(fixture.dir, digest)
            raw = fixture.raw()
        found = fixture.refusal(fixture.form(raw), init=digest)
        tap.equal(found is None, fits, f"{fixture.name}: init-data, {name}")
        refused(fixture, f"other init-data, {name}", "init-data", fixture.form(raw),
                init=hashlib.new(name).digest())
    if fixture.tee != "tdx":
        fixture_sign.patch(fixture.dir, b"")


# --- TDX

def check_tdx(fixture):
    log = ccel.encode()
    raw = fixture.raw(registers=RTMRS)
    check_common(fixture, raw, log)
    claims = fixture.verify(fixture.form(raw, log))
    body = claims["quote"]["body"]
    tap.equal([body[f"rtmr_{n}"] for n in range(4)], [RTMRS[n].hex() for n in range(4)],
              f"{fixture.name}: registers in the claims")
    tap.equal([e["index"] for e in claims["uefi_event_logs"]], [e.mr for e in ccel.BOOT],
              f"{fixture.name}: events in the claims")
    tap.equal(fixture.verify(fixture.form(raw)).get("warning"), "no event log",
              f"{fixture.name}: no log: a warning only")
    chain = raw.index(b"-----BEGIN")
    text = [at for at in range(chain, len(raw)) if raw[at:at + 1].isalnum()]
    flips(fixture, raw, range(chain), "header, body, signatures, QE report")
    flips(fixture, raw, text[::23], "PCK chain")
    tap.equal(fixture.refusal(fixture.form(raw + bytes(3000))), None,
              f"{fixture.name}: padding is accepted")
    refused(fixture, "other padding", "after its end", fixture.form(raw + bytes(99) + b"\1"))
    for size in (0, 1, 47, 48, 60, 631, 640, 702, 1100, len(raw) - 1):
        tap.ok(fixture.refusal(fixture.form(raw[:size])), f"{fixture.name}: cut to {size}")
    check_init_data(fixture, (("sha256", True), ("sha384", True), ("sha512", True)))


def log_with(*events):
    """The usual log and these; and evidence whose registers are right for it."""
    events = ccel.BOOT + events
    return ccel.encode(events), dict(enumerate(ccel.replay(events)))


def aael(text, measured=None):
    data = b"LEAA" + len(text).to_bytes(4, "little") + text.encode()
    return ccel.Event(4, 6, data, measured)


def check_logs(fixture):
    """Event logs, with registers that agree and that do not."""
    raw = fixture.raw(registers=RTMRS)
    log = ccel.encode()
    for label, tail, good in (("ended by FF", b"\xff" * 9000, True), ("by zeros", bytes(64), True),
                              ("by its end", b"", True), ("by seven FF", b"\xff" * 7, False),
                              ("by one zero", b"\0", False)):
        found = fixture.refusal(fixture.form(raw, log + tail))
        tap.equal(found is None, good, f"log {label}")
    first = len(ccel.header())
    wrong = []
    for at in range(first, first + 14 + 48):
        other = bytearray(log)
        other[at] ^= 1
        if fixture.refusal(fixture.form(raw, bytes(other))) is None:
            wrong.append(at - first)
    # What is not a digest, not an index and known by another name may change.
    tap.equal([at for at in wrong if not 4 <= at < 8], [], "log: each byte of a record counts")
    refused(fixture, "a log without its last event", "RTMR2",
            fixture.form(raw, ccel.encode(ccel.BOOT[:-1])))
    refused(fixture, "a log without events", "RTMR0", fixture.form(raw, ccel.header()))
    refused(fixture, "events for a register that is zero", "RTMR3",
            fixture.form(raw, log_with(aael("a b c"))[0]))
    good = log_with(aael("postern volume root"), aael('a b {"c": 1}'))
    claims = fixture.verify(fixture.form(fixture.raw(registers=good[1]), good[0]))
    last = claims["uefi_event_logs"][-1]
    tap.equal((last["details"]["data"], last["digest_matches_event"], last["index"]),
              ({"domain": "a", "operation": "b", "content": {"c": 1}}, True, 4), "AAEL event")
    no_action = log_with(ccel.Event(4, ccel.EV_NO_ACTION, b"not by the TCG"))
    tap.equal(fixture.refusal(fixture.form(fixture.raw(registers=no_action[1]), no_action[0])),
              None, "EV_NO_ACTION is replayed, as Trustee does")
    for label, event in (("unknown type", ccel.Event(4, 0x1234, b"")),
                         ("AAEL without words", aael("onlyone")),
                         ("AAEL with two words", aael("one two"))):
        bad = log_with(event)
        refused(fixture, label, "event log", fixture.form(fixture.raw(registers=bad[1]), bad[0]))
    sha1 = ccel.header() + bytes.fromhex("04000000 06000000 01000000 0400") + bytes(24)
    refused(fixture, "SHA-1", "algorithm", fixture.form(raw, sha1))
    unlisted = ccel.header() + bytes.fromhex("04000000 06000000 01000000 0b00") + bytes(36)
    refused(fixture, "an algorithm that the header lacks", "algorithm",
            fixture.form(raw, unlisted))


# --- SNP

def leaves(value, path=()):
    """Paths to all numbers in a JSON value."""
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for key, one in pairs for leaf in leaves(one, path + (key,))]
    return [path] if isinstance(value, int) else []


def changed(value, path, by):
    other = copy.deepcopy(value)
    at = other
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = by(at[path[-1]])
    return other


def check_snp(fixture):
    raw = fixture.raw()
    evidence = fixture.form(raw)
    check_common(fixture, raw)
    claims = fixture.verify(evidence)
    tap.equal((claims["measurement"], claims["reported_tcb_snp"], claims["policy_smt_allowed"]),
              (hashlib.sha384(b"simulated launch").hexdigest(), 20, True),
              f"{fixture.name}: claims")
    report = evidence["attestation_report"]
    paths = leaves(report)
    wrong = [path for path in paths if fixture.refusal(
        dict(evidence, attestation_report=changed(report, path, lambda n: n ^ 1))) is None]
    tap.equal(wrong, [], f"{fixture.name}: each of {len(paths)} numbers counts")
    for label, path, by in (("a byte of 256", ("chip_id", 0), lambda n: 256),
                            ("true", ("vmpl",), lambda n: False),
                            ("a float", ("policy",), float),
                            ("a string", ("version",), str),
                            ("a negative number", ("guest_svn",), lambda n: -1)):
        tap.ok(fixture.refusal(dict(evidence, attestation_report=changed(report, path, by))),
               f"{fixture.name}: {label} is refused")
    for key in report:
        if not key.endswith("_mit_vector") or report[key] is not None:
            short = {name: value for name, value in report.items() if name != key}
            tap.ok(fixture.refusal(dict(evidence, attestation_report=short)),
                   f"{fixture.name}: refused without {key}")
    refused(fixture, "VMPL 1", "VMPL", fixture.form(fixture.raw(level=1)))
    check_init_data(fixture, (("sha256", True), ("sha384", True), ("sha512", True)))
    check_chains(fixture, evidence)


def check_chains(fixture, evidence):
    chain = evidence["cert_chain"]
    kinds = {entry["cert_type"]: entry for entry in chain}
    no_store = os.path.join(fixture.dir, "roots")
    for label, some, roots, good in (
            ("null, and a store", None, None, True), ("null, no store", None, no_store, False),
            ("empty list", [], None, False), ("without VCEK", [kinds["ASK"]], None, False),
            ("VCEK alone, and a store", [kinds["VCEK"]], None, True),
            ("VCEK alone, no store", [kinds["VCEK"]], no_store, False),
            ("whole, no store", chain, no_store, True),
            ("with an unknown one", chain + [{"cert_type": {"OTHER": "x"}, "data": [1]}], None,
             True),
            ("of a wrong name", [{"cert_type": "XYZ", "data": [1]}], None, False)):
        found = fixture.refusal(dict(evidence, cert_chain=some), roots=roots)
        tap.equal(found is None, good, f"{fixture.name}: cert_chain {label}")
    wrong = []
    for at in range(0, len(kinds["VCEK"]["data"]), 5):
        other = changed(chain, (chain.index(kinds["VCEK"]), "data", at), lambda n: n ^ 1)
        if fixture.refusal(dict(evidence, cert_chain=other)) is None:
            wrong.append(at)
    tap.equal(wrong, [], f"{fixture.name}: the VCEK's bytes count")


def check_old_report(fixture):
    refused(fixture, "report version 2", "version 2", fixture.form(fixture.raw()))


# --- CCA

def check_cca(fixture):
    raw = fixture.raw()
    check_common(fixture, raw)
    claims = fixture.verify(fixture.form(raw))
    tap.equal(claims["realm"]["cca-realm-initial-measurement"],
              base64.b64encode(hashlib.sha512(b"simulated realm").digest()).decode(),
              f"{fixture.name}: claims")
    flips(fixture, raw, range(len(raw)), "token")
    tap.ok(fixture.refusal(fixture.form(raw + b"\0")), f"{fixture.name}: a byte more is refused")
    check_init_data(fixture, (("sha256", False), ("sha384", False), ("sha512", True)))


def check_mixed_tokens(one, two):
    """The realm of one platform in the token of another."""
    first, second = (cbor2.loads(fixture.raw()) for fixture in (one, two))
    mixed = dict(first.value)
    mixed[44241] = second.value[44241][1]
    token = cbor2.dumps(cbor2.CBORTag(399, mixed))
    refused(one, "a realm token of another platform", "realm's key", one.form(token))


# --- CSV

def sm3(data):
    return hashlib.new("sm3", data).digest()


def sm3_log(*texts):
    """A log of AAEL events in register 4, and its value after them."""
    log, value = SM3_HEADER, bytes(32)
    for text in texts:
        event = b"LEAA" + len(text).to_bytes(4, "little") + text.encode()
        value = sm3(value + sm3(event))
        log += struct.pack("<IIIH", 4, 6, 1, 0x12) + sm3(event) + \
            struct.pack("<I", len(event)) + event
    return log + b"\xff" * 8, value


def check_csv(fixture):
    extended = fixture.name == "csv-v2"
    log, value = sm3_log("a b c", "postern leave -")
    raw = fixture.raw(registers={4: value}, nonce=b"n" * 16)
    check_common(fixture, raw, log)
    evidence = fixture.form(raw, log)
    claims = fixture.verify(evidence)
    tap.equal((claims["serial_number"], claims["policy"]["nodbg"], claims["version"]),
              ("SIM0123456789", True, "2" if extended else "1"), f"{fixture.name}: claims")
    tap.equal(len(claims.get("uefi_event_logs", ())), 2 if extended else 0,
              f"{fixture.name}: events in the claims")
    if extended:
        refused(fixture, "another log", "register 4", fixture.form(raw, sm3_log("a b c")[0]))
    page = evidence["attestation_report"]["data"]
    signer = 1168 if extended else 336
    # All but the MAC, which is for the guest; and usage and algorithm of the plain
    # form, which are not signed.
    places = [at for at in (*range(0, signer, 11), *range(signer, signer + 2180, 130), 4000)
              if extended or not 180 <= at < 188]
    wrong = [at for at in places if fixture.refusal(
        changed(evidence, ("attestation_report", "data", at), lambda n: n ^ 1)) is None]
    tap.equal(wrong, [], f"{fixture.name}: each of {len(places)} bytes of {len(page)} counts")
    for label, path in (("flags", ("attestation_report", "flags")),
                        ("magic", ("attestation_report", "magic", 0)),
                        ("serial number", ("serial_number", 0)),
                        ("PEK", ("cert_chain", "pek", "body", "data", "sid", 3)),
                        ("signature", ("cert_chain", "pek", "sigs", 0, "signature", "r", 0))):
        tap.ok(fixture.refusal(changed(evidence, path, lambda n: n ^ 1)),
               f"{fixture.name}: another {label} is refused")


# --- SE

def ultravisor(nonce, digest):
    """What a guest sends; key and nonce are taken from the KBS's side."""
    asked = json.loads(nonce)
    key, request_nonce = (verify_se.wrapping_key().decrypt(
        base64.b64decode(asked[name]), padding.PKCS1v15())
        for name in ("encr_measurement_key", "encr_request_nonce"))
    tags, additional, uid = base64.b64decode(asked["image_hdr_tags"]), b"A" * 64, b"u" * 16
    user = digest.ljust(64, b"\0")
    text = tags + uid + struct.pack(">HHI", 64, 0, 64) + user + request_nonce + additional
    found = {"measurement": hmac.digest(key, text, "sha512"), "additional_data": additional,
             "user_data": user, "cuid": uid}
    return {**{name: base64.b64encode(value).decode() for name, value in found.items()},
            **{name: asked[name] for name in ("encr_measurement_key", "encr_request_nonce",
                                              "image_hdr_tags")}}


def check_se(fixture):
    """The challenge selects a hash, and each member of the evidence counts."""
    for label, extra, selected in (("as we ask", {"supported-hash-algorithms": ["sha512"]},
                                    {"selected-hash-algorithm": "sha512"}), ("no list", {}, "")):
        nonce, told, _ = verify_se.challenge(extra, fixture.roots)
        tap.equal(told, selected, f"se: challenge: {label}")
    try:
        verify_se.challenge({"supported-hash-algorithms": ["sha384"]}, fixture.roots)
        tap.ok(False, "se: challenge without SHA-512")
    except ValueError as err:
        tap.ok("no common hash" in str(err), "se: challenge without SHA-512")
    evidence = ultravisor(nonce, DIGEST)
    tap.equal(fixture.refusal(evidence), None, "se: good as it is")
    refused(fixture, "another digest", "user data", evidence, digest=hashlib.sha384().digest())
    for name in evidence:
        other = bytearray(base64.b64decode(evidence[name]))
        other[0] ^= 1
        tap.ok(fixture.refusal(dict(evidence, **{name: base64.b64encode(other).decode()})),
               f"se: another {name} is refused")
        tap.ok(fixture.refusal({key: value for key, value in evidence.items() if key != name}),
               f"se: refused without {name}")


# --- over HTTP

def attest(who, fixture, **options):
    """Evidence over this session's nonce; the answer."""
    who.auth(fixture.tee)
    return who.attest(fixture.form(fixture.raw(who.digest(), **options)))


def check_over_http(fixtures):
    tdx, snp = fixtures["tdx-v4"], fixtures["snp-v3"]
    with RunningKbs() as kbs:
        kbs.resource(PATH, SECRET)
        kbs.policy(f'[resource."{PATH}"]\ntee = ["tdx", "snp", "cca"]\nrtmr_3 = "zeros"\n')
        who = guest.Guest(kbs.host, kbs.port)
        tap.equal(attest(who, tdx).status, 401, "HTTP: no trust anchors, no token")
        for fixture in (tdx, snp):
            shutil.copytree(fixture.roots, os.path.join(kbs.state, "roots", fixture.tee))
        tap.equal(attest(who, tdx, registers=RTMRS).status, 200, "HTTP: TDX attests")
        tap.equal(who.open(who.get(PATH).body), SECRET, "HTTP: released while RTMR3 is zero")
        attest(who, tdx, registers=RTMRS | {3: b"\1" * 48})
        tap.equal(who.get(PATH).variant(), "PolicyDeny", "HTTP: denied when it is not")
        tap.ok("rtmr_3" in kbs.log()[-1]["reason"], "HTTP: the log names the register")
        tap.equal(attest(who, snp).status, 200, "HTTP: SNP attests")
        tap.equal(who.get(PATH).variant(), "PolicyDeny", "HTTP: SNP has no RTMR3")
        kbs.policy('[default]\ntee = "snp"\n"policy_debug_allowed" = false\n')
        tap.equal(who.open(who.get(PATH).body), SECRET, "HTTP: a claim of the report")
    with RunningKbs("--roots", os.path.dirname(fixtures["cca-399"].roots)) as kbs:
        who = guest.Guest(kbs.host, kbs.port)
        tap.equal(attest(who, fixtures["cca-399"]).status, 200, "HTTP: --roots; CCA attests")
        tap.equal(attest(who, fixtures["cca-907"]).status, 401, "HTTP: another platform")


def main():
    with tempfile.TemporaryDirectory(prefix="tee-test-") as base:
        subprocess.run([os.path.join(SIMULATOR, "fixtures"), base], check=True)
        fixtures = {name: Fixture(base, name) for name in sorted(os.listdir(base))}
        for name, fixture in fixtures.items():
            check = {"tdx": check_tdx, "snp": check_snp, "cca": check_cca,
                     "csv": check_csv, "se": check_se}[fixture.tee]
            (check_old_report if name == "snp-v2" else check)(fixture)
        check_logs(fixtures["tdx-v4"])
        check_mixed_tokens(fixtures["cca-399"], fixtures["cca-907"])
        check_over_http(fixtures)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
