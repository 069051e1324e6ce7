# SPDX-License-Identifier: GPL-2.0-or-later
"""Hygon CSV evidence (kbs-wire.md 4.9, tee-abi.md 3.4).

Checks the report from its signature up to a root, what it is bound to, and the
event log.  Beyond what Trustee does, the PEK and the serial number beside the
report must be those inside it.
"""

import os
import re
import struct

import binding
import sm2
import tcg2
from errors import EvidenceError
from fields import Fields
from messages import b64, member

PAGE_LEN = 4096
MAGIC, PLAIN = b"ATTESTATION_EXT\0", bytes(16)
CA_LEN, CA_SIGNED = 832, 576
CERT_LEN, CERT_SIGNED, SIGNATURE_LEN = 2084, 1044, 520
HRK, HSK, CEK, PEK = 0, 0x13, 0x1004, 0x1002
SERIAL = re.compile(b"([0-9A-Za-z]+)\0*")

# name, length; in the order of the report (tee-abi.md 3.4)
INFO = (("user_pubkey_digest", 32), ("vm_id", 16), ("vm_version", 16), ("report_data", 64),
        ("mnonce", 16), ("measure", 32), ("policy", 4), ("sig_usage", 4), ("sig_algo", 4))
SIGNED = 180
MORE = (("build", 4), ("rtmr_version", 2), ("reserved0", 14), ("rtmr0", 32), ("rtmr1", 32),
        ("rtmr2", 32), ("rtmr3", 32), ("rtmr4", 32), ("reserved1", 656))
POLICY = {"nodbg": 0, "noks": 1, "es": 2, "nosend": 3, "domain": 4, "csv": 5, "csv3": 6,
          "asid_reuse": 7}


def _named(fields, layout):
    return {name: fields.take(size) for name, size in layout}


def _pair(raw):
    """Two numbers, each little endian in 72 bytes."""
    return int.from_bytes(raw[:72], "little"), int.from_bytes(raw[72:144], "little")


class Certificate:
    """Either kind: who it is for, under which key, and what may have signed it."""

    def __init__(self, raw, signed, usage_at, key_at, signatures):
        self.signed = raw[:signed]
        self.usage, = struct.unpack_from("<I", raw, usage_at)
        curve, = struct.unpack_from("<I", raw, key_at)
        size, = struct.unpack_from("<H", raw, key_at + 148)
        if struct.unpack_from("<I", raw)[0] not in (1, 2) or curve != 3 or size > 254:
            raise ValueError("a certificate of another form")
        self.key = _pair(raw[key_at + 4:])
        self.name = raw[key_at + 150:key_at + 150 + size]
        self.signatures = [_pair(raw[at:]) for at in signatures]

    def signs(self, message, signature):
        return sm2.verify(self.key, self.name, message, *signature)


def ca_certificate(raw):
    """HRK and HSK."""
    if len(raw) != CA_LEN:
        raise ValueError(f"a CA certificate of {len(raw)} bytes")
    return Certificate(raw, CA_SIGNED, 36, 64, [CA_SIGNED])


def certificate(raw):
    """CEK and PEK."""
    if len(raw) != CERT_LEN:
        raise ValueError(f"a certificate of {len(raw)} bytes")
    return Certificate(raw, CERT_SIGNED, 8, 16,
                       [CERT_SIGNED + 8, CERT_SIGNED + SIGNATURE_LEN + 8])


def check_chain(root, chip, pek):
    """`root` is the HRK, `chip` HSK and CEK as Hygon's server gives them."""
    chain = [ca_certificate(root), ca_certificate(chip[:CA_LEN]), certificate(chip[CA_LEN:]), pek]
    for found, usage in zip(chain, (HRK, HSK, CEK, PEK)):
        if found.usage != usage:
            raise ValueError(f"a certificate for {found.usage:#x}, not {usage:#x}")
    for issuer, found in zip([chain[0], *chain], chain):
        if not any(issuer.signs(found.signed, signature) for signature in found.signatures):
            raise ValueError(f"certificate {found.usage:#x} has no signature of {issuer.usage:#x}")


def _array(value, size, what):
    if not isinstance(value, list) or len(value) != size or \
            any(type(n) is not int or not 0 <= n <= 255 for n in value):
        raise ValueError(f"{what}: not an array of {size} bytes")
    return bytes(value)


def _number(value, size, what):
    if type(value) is not int or not 0 <= value < 256 ** size:
        raise ValueError(f"{what}: not a number of {size} bytes")
    return value.to_bytes(size, "little")


def _only(value, what, *names):
    if not isinstance(value, dict) or set(value) != set(names):
        raise ValueError(f"{what}: not an object of {', '.join(names)}")
    return [value[name] for name in names]


def pek_bytes(value):
    """The certificate that this JSON stands for."""
    body, signatures = _only(value, "pek", "body", "sigs")
    version, data = _only(body, "pek.body", "ver", "data")
    firmware, reserved1, pubkey, size, name, sid, reserved2 = _only(
        data, "pek.body.data", "firmware", "reserved1", "pubkey", "uid_size", "user_id", "sid",
        "reserved2")
    major, minor = _only(firmware, "firmware", "major", "minor")
    usage, algorithm, key = _only(pubkey, "pubkey", "usage", "algo", "key")
    curve, x, y = _only(key, "key", "g", "x", "y")
    raw = (_number(version, 4, "ver") + _number(major, 1, "major") + _number(minor, 1, "minor") +
           _number(reserved1, 2, "reserved1") + _number(usage, 4, "usage") +
           _number(algorithm, 4, "algo") + _number(curve, 4, "g") + _array(x, 72, "x") +
           _array(y, 72, "y") + _number(size, 2, "uid_size") + _array(name, 254, "user_id") +
           _array(sid, 16, "sid") + _array(reserved2, 608, "reserved2"))
    if not isinstance(signatures, list) or len(signatures) != 2:
        raise ValueError("pek.sigs: not two signatures")
    for found in signatures:
        usage, algorithm, pair, reserved = _only(found, "sigs", "usage", "algo", "signature",
                                                 "_reserved")
        r, s = _only(pair, "signature", "r", "s")
        raw += (_number(usage, 4, "usage") + _number(algorithm, 4, "algo") + _array(r, 72, "r") +
                _array(s, 72, "s") + _array(reserved, 368, "_reserved"))
    return raw


class Report:
    """The page, parsed; `signed` are the bytes under its signature."""

    def __init__(self, evidence):
        magic, flags, data = _only(member(evidence, "attestation_report", "evidence"),
                                   "attestation_report", "magic", "flags", "data")
        magic = _array(magic, 16, "magic")
        if (magic, flags) not in ((PLAIN, 0), (MAGIC, 1)):
            raise ValueError(f"a report of form {magic!r}, {flags!r}")
        self.extended = magic == MAGIC
        fields = Fields(_array(data, PAGE_LEN, "data"))
        self._info(fields)
        self.signature = _pair(fields.take(144))
        self.pek, self.serial = fields.take(CERT_LEN), fields.take(64)
        if any(fields.take(32)):
            raise ValueError("the reserved field is not what csv-rs makes of it")
        fields.take(32)                             # a MAC for the guest, not for us
        if any(fields.take(fields.left())):
            raise ValueError("bytes after the report's end")

    def _info(self, fields):
        plain = fields.take(188)
        if self.extended:
            more = fields.peek(836)
            self.signed = plain + more
            self.info = {**_named(Fields(plain), INFO), **_named(fields, MORE)}
            return
        # The disguise is put on first: what is signed are the bytes as they are.
        self.signed = plain[:SIGNED]
        anonce = fields.take(4)
        plain = bytes(byte ^ anonce[n % 4] for n, byte in enumerate(plain))
        self.info = {**_named(Fields(plain), INFO), "anonce": anonce}


def check_signatures(report, root, chip):
    """Raise unless everything is signed, up to the HRK `root`."""
    signer = certificate(report.pek)
    check_chain(root, chip, signer)
    if not signer.signs(report.signed, report.signature):
        raise ValueError("the report is not signed by its PEK")


def check_log(log, report):
    """The events of a log that replays to the report's registers."""
    events = tcg2.parse(log)
    for number in range(1, 5):
        found, wanted = tcg2.replay(events, number, "SM3"), report.info[f"rtmr{number}"]
        if found != wanted:
            raise ValueError(f"event log: register {number} replays to {found.hex()}, "
                             f"the report has {wanted.hex()}")
    return events


def _claims(report, serial, events):
    policy = int.from_bytes(report.info["policy"], "little")
    claims = {name: value.hex() for name, value in report.info.items()}
    claims.update({"version": "2" if report.extended else "1", "serial_number": serial,
                   "init_data": "",                 # CSV binds none
                   "policy": {name: bool(policy >> bit & 1) for name, bit in POLICY.items()}})
    if events is not None:
        claims["uefi_event_logs"] = tcg2.claims(events)
    return claims


def _read(directory, name):
    try:
        with open(os.path.join(directory, name), "rb") as file:
            return file.read()
    except OSError as err:
        raise ValueError(f"no certificate to trust: {err}") from None


def verify(evidence, digest, init_digest, directory):
    """Claims of CSV evidence; in `directory` are hrk.cert and <serial>.cert."""
    del init_digest                                 # not bound by this TEE
    try:
        report = Report(evidence)
        pek, = _only(member(evidence, "cert_chain", "evidence"), "cert_chain", "pek")
        if pek_bytes(pek) != report.pek:
            raise ValueError("the PEK is not that of the report")
        serial = _array(member(evidence, "serial_number", "evidence"), 64, "serial_number")
        name = SERIAL.fullmatch(serial)
        if serial != report.serial or not name:
            raise ValueError("the serial number is not that of the report")
        name = name[1].decode()
        check_signatures(report, _read(directory, "hrk.cert"), _read(directory, f"{name}.cert"))
        binding.check_report_data(report.info["report_data"], digest)
        log = member(evidence, "cc_eventlog", "evidence")
        # As Trustee: without registers there is nothing to compare a log with.
        events = check_log(b64(log, "cc_eventlog"), report) \
            if log is not None and report.extended else None
    except ValueError as err:
        raise EvidenceError(f"csv: {err}") from None
    return _claims(report, name, events)


def appraise(claims, reference, vector):
    """Trustee ships no rules for CSV; this is the least that an operator would write."""
    if claims["measure"] in reference.get("csv_measure", []) and claims["policy"]["nodbg"]:
        vector.update({"executables": 3, "hardware": 2})
