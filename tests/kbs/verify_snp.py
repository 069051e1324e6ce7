# SPDX-License-Identifier: GPL-2.0-or-later
"""AMD SEV-SNP evidence (kbs-wire.md 4.3, tee-abi.md 4.1).

The report comes as a struct in JSON; it is encoded anew into 1184 bytes, and
the signature must be good for those.
"""

import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import binding
import certs
from errors import EvidenceError
from messages import member

REPORT_LEN, SIGNED_LEN = 1184, 0x2A0
VERSIONS = (3, 4, 5)
NUMBER_LEN = 72             # r or s, little endian
ECDSA_P384 = 1
VCEK, VLEK = 0, 1           # signing key, in key_info

NUMBERS = (("version", 0x00, "<I"), ("guest_svn", 0x04, "<I"), ("policy", 0x08, "<Q"),
           ("vmpl", 0x30, "<I"), ("sig_algo", 0x34, "<I"), ("plat_info", 0x40, "<Q"),
           ("key_info", 0x48, "<I"))
ARRAYS = (("family_id", 0x10, 16), ("image_id", 0x20, 16), ("report_data", 0x50, 64),
          ("measurement", 0x90, 48), ("host_data", 0xC0, 32), ("id_key_digest", 0xE0, 48),
          ("author_key_digest", 0x110, 48), ("report_id", 0x140, 32),
          ("report_id_ma", 0x160, 32), ("chip_id", 0x1A0, 64))
TCBS = (("current_tcb", 0x38), ("reported_tcb", 0x180), ("committed_tcb", 0x1E0),
        ("launch_tcb", 0x1F0))
VERSION_TRIPLES = (("current", 0x1E8), ("committed", 0x1EC))
CPUID = (("cpuid_fam_id", 0x188), ("cpuid_mod_id", 0x189), ("cpuid_step", 0x18A))
MITIGATIONS = (("launch_mit_vector", 0x1F8), ("current_mit_vector", 0x200))

# Places in a TCB_VERSION, and the extensions of the VCEK that must agree.
OLD_TCB = {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7}
TURIN_TCB = {"fmc": 0, "bootloader": 1, "tee": 2, "snp": 3, "microcode": 7}
AMD = "1.3.6.1.4.1.3704.1."
SPL = {"bootloader": AMD + "3.1", "tee": AMD + "3.2", "snp": AMD + "3.3",
       "microcode": AMD + "3.8", "fmc": AMD + "3.9"}
HWID = AMD + "4"
CERT_TYPES = ("ARK", "ASK", "VCEK", "VLEK", "CRL", "Empty")


def _number(value, limit, what):
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError(f"{what}: not a number below {limit}")
    return value


def _bytes(value, size, what):
    """A number array, as serde writes bytes."""
    if not isinstance(value, list) or (size is not None and len(value) != size):
        raise ValueError(f"{what}: not an array of {size} numbers")
    return bytes(_number(byte, 256, what) for byte in value)


def tcb_layout(family, model):
    """Where the parts of a TCB_VERSION are in this generation."""
    if family == 0x19 and (model <= 0x1F or 0xA0 <= model <= 0xAF):
        return OLD_TCB
    if family == 0x1A and model <= 0x11:
        return TURIN_TCB
    raise ValueError(f"attestation_report: CPU family {family:#x}, model {model:#x}")


def _put_tcb(out, at, value, layout, what):
    for name, place in layout.items():
        out[at + place] = _number(member(value, name, what), 256, f"{what}.{name}")
    if "fmc" not in layout and value.get("fmc") is not None:
        raise ValueError(f"{what}.fmc: this generation has none")


def _put_mitigations(out, report):
    for name, at in MITIGATIONS:
        value = report.get(name)
        if report["version"] >= 5:
            struct.pack_into("<Q", out, at, _number(value, 1 << 64, name))
        elif value is not None:
            raise ValueError(f"{name}: version {report['version']} has none")


def encode(report):
    """The 1184 bytes that the struct stands for."""
    out = bytearray(REPORT_LEN)
    for name, at, form in NUMBERS:
        limit = 1 << 8 * struct.calcsize(form)
        struct.pack_into(form, out, at, _number(member(report, name, "report"), limit, name))
    if report["version"] not in VERSIONS:
        raise ValueError(f"report version {report['version']} is refused")
    for name, at, size in ARRAYS:
        out[at:at + size] = _bytes(member(report, name, "report"), size, name)
    for name, at in CPUID:
        out[at] = _number(member(report, name, "report"), 256, name)
    layout = tcb_layout(report["cpuid_fam_id"], report["cpuid_mod_id"])
    for name, at in TCBS:
        _put_tcb(out, at, member(report, name, "report"), layout, name)
    for name, at in VERSION_TRIPLES:
        value = member(report, name, "report")
        for place, part in enumerate(("build", "minor", "major")):
            out[at + place] = _number(member(value, part, name), 256, f"{name}.{part}")
    _put_mitigations(out, report)
    signature = member(report, "signature", "report")
    for place, part in enumerate("rs"):
        at = SIGNED_LEN + NUMBER_LEN * place
        out[at:at + NUMBER_LEN] = _bytes(member(signature, part, "signature"), NUMBER_LEN, part)
    return bytes(out)


def extensions(cert):
    """AMD's own: id -> raw value."""
    try:
        return {e.oid.dotted_string: e.value.value for e in cert.extensions
                if isinstance(e.value, x509.UnrecognizedExtension)}
    except ValueError as err:
        raise ValueError(f"extensions of {certs.name(cert)}: {err}") from None


def check_vcek(cert, report):
    """The chip's key is the one of this chip, with this TCB."""
    found = extensions(cert)
    layout = tcb_layout(report["cpuid_fam_id"], report["cpuid_mod_id"])
    for name in layout:
        raw = found.get(SPL[name], b"")
        if raw[:1] != b"\x02" or int.from_bytes(raw[2:], "big") != report["reported_tcb"][name]:
            raise ValueError(f"VCEK: its {name} is not that of reported_tcb")
    if report["key_info"] >> 2 & 7 == VLEK:
        return
    chip = bytes(report["chip_id"])
    if layout is TURIN_TCB:
        chip, rest = chip[:8], chip[8:]
        if any(rest):
            raise ValueError("chip_id: more than 8 bytes")
    if found.get(HWID) != chip:
        raise ValueError("VCEK: it is of another chip")


def parse_chain(chain):
    """cert type -> certificate, of a cert_chain that is not null."""
    if not isinstance(chain, list) or not chain:
        raise ValueError("cert_chain: neither null nor a list with something in it")
    found = {}
    for entry in chain:
        kind = member(entry, "cert_type", "cert_chain")
        data = _bytes(member(entry, "data", "cert_chain"), None, "cert_chain")
        if isinstance(kind, dict) and list(kind) == ["OTHER"]:
            continue
        if kind not in CERT_TYPES:
            raise ValueError(f"cert_chain: type {kind!r}")
        if kind in ("ARK", "ASK", "VCEK", "VLEK"):
            found[kind] = certs.parse(data)[0]
    if "VCEK" not in found and "VLEK" not in found:
        raise ValueError("cert_chain: neither VCEK nor VLEK in it")
    return found


def signer_from_store(store, report):
    """What Trustee would ask AMD for: the VCEK of this chip."""
    for cert in store:
        try:
            check_vcek(cert, report)
            return cert
        except ValueError:
            continue
    raise ValueError("cert_chain is null, and there is no VCEK of this chip in the store")


def check_signature(report, chain, store):
    """Raise unless the report is signed, up to an ARK in `store`, which may hold
    other certificates as well.  The encoded report."""
    raw = encode(report)
    kind = report["key_info"] >> 2 & 7
    if report["sig_algo"] != ECDSA_P384 or kind not in (VCEK, VLEK):
        raise ValueError(f"signature algorithm {report['sig_algo']}, key {kind}")
    given = {} if chain is None else parse_chain(chain)
    signer = given.get("VLEK" if kind == VLEK else "VCEK")
    if signer is None:
        signer = signer_from_store(store, report)
    certs.check_chain(signer, list(given.values()), store)
    check_vcek(signer, report)
    key = certs.public_key(signer)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("VCEK: not a key on a curve")
    certs.check_raw(key, raw[SIGNED_LEN:SIGNED_LEN + 2 * NUMBER_LEN], raw[:SIGNED_LEN],
                    hashes.SHA384(), "little")
    return raw


def _claims(report):
    policy, platform, tcb = report["policy"], report["plat_info"], report["reported_tcb"]
    hexed = {name: bytes(report[name]).hex()
             for name in ("measurement", "chip_id", "report_data", "host_data", "id_key_digest",
                          "author_key_digest", "report_id")}
    bits = {"smt_allowed": 16, "migrate_ma": 18, "debug_allowed": 19, "single_socket": 20}
    claims = dict(hexed, init_data=hexed["host_data"], version=report["version"],
                  vmpl=report["vmpl"], guest_svn=report["guest_svn"],
                  policy_abi_minor=policy & 0xFF, policy_abi_major=policy >> 8 & 0xFF,
                  platform_smt_enabled=bool(platform & 1),
                  platform_tsme_enabled=bool(platform & 2))
    claims.update({f"policy_{name}": bool(policy >> bit & 1) for name, bit in bits.items()})
    claims.update({f"reported_tcb_{name}": tcb[name]
                   for name in ("bootloader", "tee", "snp", "microcode")})
    return claims


def verify(evidence, digest, init_digest, directory):
    """Claims of SNP evidence; `directory` has the ARK, and what is on store."""
    try:
        report = member(evidence, "attestation_report", "evidence")
        chain = evidence.get("cert_chain")
        check_signature(report, chain, certs.load(directory))
        if report["vmpl"] != 0:
            raise ValueError(f"VMPL {report['vmpl']} is refused")
        binding.check_report_data(bytes(report["report_data"]), digest)
        binding.check_init_data("HOSTDATA", bytes(report["host_data"]), init_digest)
    except ValueError as err:
        raise EvidenceError(f"snp: {err}") from None
    return _claims(report)


def appraise(claims, reference, vector):
    """As Trustee's default policy, but for the values of the TCB."""
    if claims["measurement"] in reference.get("snp_launch_measurement", []) and \
            not claims["policy_debug_allowed"] and not claims["policy_migrate_ma"]:
        vector.update({"executables": 3, "hardware": 2, "configuration": 3})
