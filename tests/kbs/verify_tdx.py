# SPDX-License-Identifier: GPL-2.0-or-later
"""Intel TDX evidence (kbs-wire.md 4.2, 5.3, tee-abi.md 4.2).

Checks the quote from its signature up to a root, what it is bound to, and the
event log.  There is no collateral: TCB levels and revocation are not judged.
"""

import hashlib
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import binding
import certs
import tcg2
from errors import EvidenceError
from fields import Fields
from messages import b64, member

TEE_TDX = 0x81
ECDSA_P256 = 2
CERT_QE_REPORT, CERT_PCK_CHAIN = 6, 5
HEADER_LEN = 48
BODY_LEN = {2: 584, 3: 648}
QE_REPORT_LEN = 384
ZEROS = bytes(48)

# name, length; in the order of the body (tee-abi.md 4.2)
BODY = (("tcb_svn", 16), ("mr_seam", 48), ("mrsigner_seam", 48), ("seam_attributes", 8),
        ("td_attributes", 8), ("xfam", 8), ("mr_td", 48), ("mr_config_id", 48),
        ("mr_owner", 48), ("mr_owner_config", 48), ("rtmr_0", 48), ("rtmr_1", 48),
        ("rtmr_2", 48), ("rtmr_3", 48), ("report_data", 64))
BODY_15 = (("tee_tcb_svn_2", 16), ("mr_servicetd", 48))
HEADER = (("version", 2), ("att_key_type", 2), ("tee_type", 4), ("reserved", 4),
          ("vendor_id", 16), ("user_data", 20))
ATTRIBUTES = {"debug": 0, "septve_disable": 28, "protection_keys": 30, "key_locker": 31,
              "perfmon": 63}


def _named(fields, layout):
    return {name: fields.take(size) for name, size in layout}


class Quote:
    """A TD quote, parsed; `signed` are the bytes under its signature."""

    def __init__(self, data):
        fields = Fields(data)
        self.header = _named(fields, HEADER)
        version, key_type, tee = struct.unpack_from("<HHI", data)
        if version not in (4, 5):
            raise ValueError(f"quote version {version} is refused")
        if (key_type, tee) != (ECDSA_P256, TEE_TDX):
            raise ValueError(f"quote: key type {key_type}, TEE {tee:#x}")
        kind, size = 2, BODY_LEN[2]
        if version == 5:
            kind, size = fields.u16(), fields.u32()
        if BODY_LEN.get(kind) != size:
            raise ValueError(f"quote: body type {kind} of {size} bytes")
        self.body = _named(fields, BODY + (BODY_15 if kind == 3 else ()))
        self.signed = data[:fields.at]
        self._signature(Fields(fields.take(fields.u32())))
        # VMMs hand over their whole buffer; what follows must be padding.
        if any(fields.take(fields.left())):
            raise ValueError("quote: bytes after its end")

    def _signature(self, fields):
        self.signature, self.key = fields.take(64), fields.take(64)
        if fields.u16() != CERT_QE_REPORT:
            raise ValueError("quote: certification data of another type")
        inner = Fields(fields.take(fields.u32()))
        fields.end()
        self.qe_report = inner.take(QE_REPORT_LEN)
        self.qe_signature = inner.take(64)
        self.auth = inner.take(inner.u16())
        if inner.u16() != CERT_PCK_CHAIN:
            raise ValueError("quote: no PCK chain")
        self.chain = certs.parse(inner.take(inner.u32()).rstrip(b"\0"))
        inner.end()


def check_signatures(quote, roots):
    """Raise unless everything is signed, up to one of `roots`."""
    if not quote.chain:
        raise ValueError("quote: the PCK chain is empty")
    pck = quote.chain[0]
    certs.check_list(quote.chain, roots)
    certs.check_raw(certs.public_key(pck), quote.qe_signature, quote.qe_report, hashes.SHA256())
    bound = hashlib.sha256(quote.key + quote.auth).digest()
    if quote.qe_report[320:384] != bound.ljust(64, b"\0"):
        raise ValueError("quote: the QE report is about another attestation key")
    certs.check_raw(certs.point(ec.SECP256R1(), quote.key), quote.signature, quote.signed,
                    hashes.SHA256())


def check_log(log, quote):
    """The events of a log that replays to the quote's registers."""
    events = tcg2.parse(log)
    for number in range(4):
        found, wanted = tcg2.replay(events, number + 1), quote.body[f"rtmr_{number}"]
        if found != wanted:
            raise ValueError(f"event log: RTMR{number} replays to {found.hex()}, "
                             f"the quote has {wanted.hex()}")
    return events


def _claims(quote, events):
    body = {name: value.hex() for name, value in quote.body.items()}
    header = {name: value.hex() for name, value in quote.header.items()}
    attributes = int.from_bytes(quote.body["td_attributes"], "little")
    claims = {"quote": {"header": header, "body": body},
              "td_attributes": {name: bool(attributes >> bit & 1)
                                for name, bit in ATTRIBUTES.items()},
              "report_data": body["report_data"], "init_data": body["mr_config_id"]}
    if events is None:
        claims["warning"] = "no event log"
    else:
        claims["uefi_event_logs"] = tcg2.claims(events)
    return claims


def verify(evidence, digest, init_digest, directory):
    """Claims of TDX evidence; trust anchors are the certificates in `directory`."""
    try:
        quote = Quote(b64(member(evidence, "quote", "evidence"), "quote"))
        check_signatures(quote, certs.load(directory))
        binding.check_report_data(quote.body["report_data"], digest)
        binding.check_init_data("MRCONFIGID", quote.body["mr_config_id"], init_digest)
        log = member(evidence, "cc_eventlog", "evidence")
        log = b"" if log is None else b64(log, "cc_eventlog")
        events = check_log(log, quote) if log else None
    except ValueError as err:
        raise EvidenceError(f"tdx: {err}") from None
    return _claims(quote, events)


def appraise(claims, reference, vector):
    """As Trustee's default policy, but for the TCB, which is not judged."""
    body = claims["quote"]["body"]
    named = {"mr_td": "mr_td", "xfam": "xfam", "rtmr_1": "rtmr_1", "rtmr_2": "rtmr_2"}
    if all(body[name] in reference.get(key, []) for name, key in named.items()):
        vector.update({"executables": 4, "hardware": 2, "configuration": 2})
