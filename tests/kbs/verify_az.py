# SPDX-License-Identifier: GPL-2.0-or-later
"""Azure's vTPM evidence of SEV-SNP and TDX (kbs-wire.md 4.6, 4.7).

From the digest to the hardware: it is in the quote, whose AK is in the HCL report's
claims, whose hash is the hardware's report data; with version 2 it is in these
claims, too.
"""

import base64
import binascii
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import certs
import tee_evidence
import verify_snp
import verify_tdx
import verify_tpm
from errors import EvidenceError
from messages import member, strict_json

VERSIONS = (1, 2)
HARDWARE_AT, HARDWARE_LEN = 0x20, 1184
CLAIMS_HEADER_AT, CLAIMS_AT = 0x4C0, 0x4D4
SNP, TDX = 2, 4
SHA256 = 1
TDREPORT_LEN, TDREPORT_DATA_AT = 1024, 128
SNP_DATA_AT = 0x50


def _b64url(value, what):
    """base64url with padding."""
    if not isinstance(value, str) or "+" in value or "/" in value:
        raise ValueError(f"{what}: not base64url")
    try:
        return base64.b64decode(value, altchars=b"-_", validate=True)
    except binascii.Error as err:
        raise ValueError(f"{what}: {err}") from None


def _hex(value, what):
    if not isinstance(value, str) or value.strip("0123456789abcdef"):
        raise ValueError(f"{what}: not lower-case hex digits")
    return bytes.fromhex(value)


class HclReport:
    def __init__(self, data):
        if len(data) < CLAIMS_AT or data[:4] != b"HCLA":
            raise ValueError("hcl_report: it is none")
        self.kind, hash_type, size = struct.unpack_from("<III", data, CLAIMS_HEADER_AT + 8)
        if hash_type != SHA256 or size > len(data) - CLAIMS_AT:
            raise ValueError("hcl_report: hash or size of the claims")
        self.text = data[CLAIMS_AT:CLAIMS_AT + size]
        self.claims = strict_json(self.text)
        self.hardware = data[HARDWARE_AT:HARDWARE_AT + HARDWARE_LEN]

    def bound_data(self):
        """What the hardware's report data must be."""
        return hashlib.sha256(self.text).digest().ljust(64, b"\0")

    def ak(self):
        for key in member(self.claims, "keys", "claims"):
            if member(key, "kid", "key") == "HCLAkPub":
                n, e = (int.from_bytes(_b64url(key[name] + "=" * (-len(key[name]) % 4), name),
                                       "big") for name in "ne")
                return rsa.RSAPublicNumbers(e, n).public_key()
        raise ValueError("claims: no HCLAkPub")

    def check_user_data(self, digest):
        found = bytes.fromhex(member(self.claims, "user-data", "claims"))
        if found[:len(digest)] != digest:
            raise ValueError(f"user-data is {found.hex()}, must begin with {digest.hex()}")


def check_quote(evidence, key, digest):
    """Verify signature, nonce and PCR digest; the 24 PCR values."""
    quote = member(evidence, "tpm_quote", "evidence")
    message = _hex(member(quote, "message", "tpm_quote"), "message")
    signature = _hex(member(quote, "signature", "tpm_quote"), "signature")
    pcrs = verify_tpm.parse_pcrs(member(quote, "pcrs", "tpm_quote"))
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise ValueError("the AK did not sign this quote") from None
    extra, found = verify_tpm.parse_quote(message)
    if extra != digest:
        raise ValueError(f"extraData is {extra.hex()}, must be {digest.hex()}")
    if hashlib.sha256(b"".join(pcrs)).digest() != found:
        raise ValueError("the PCR values are not those of the quote")
    return pcrs


def _strings(value):
    """Trustee's claims of SNP on Azure are all strings."""
    return value if isinstance(value, str) else str(value).lower()


def check_snp(evidence, report, directory):
    """Claims of the hardware's report."""
    if report.hardware[SNP_DATA_AT:SNP_DATA_AT + 64] != report.bound_data():
        raise ValueError("the SNP report is not about these claims")
    fields = tee_evidence.snp_report(report.hardware)
    vcek = _b64url(member(evidence, "vcek", "evidence"), "vcek")
    chain = [{"cert_type": "VCEK", "data": list(vcek)}]
    raw = verify_snp.check_signature(fields, chain, certs.load(directory))
    if raw[:verify_snp.SIGNED_LEN] != report.hardware[:verify_snp.SIGNED_LEN]:
        raise ValueError("the SNP report has more than its fields")
    if fields["vmpl"] != 0:
        raise ValueError(f"VMPL {fields['vmpl']} is refused")
    claims = verify_snp._claims(fields)
    for name in ("measurement", "report_data"):
        claims[name] = base64.b64encode(bytes.fromhex(claims[name])).decode()
    return {name: _strings(value) for name, value in claims.items()}


def check_tdx(evidence, report, directory):
    if report.hardware[TDREPORT_DATA_AT:TDREPORT_DATA_AT + 64] != report.bound_data():
        raise ValueError("the TDREPORT is not about these claims")
    quote = verify_tdx.Quote(_b64url(member(evidence, "td_quote", "evidence"), "td_quote"))
    verify_tdx.check_signatures(quote, certs.load(directory))
    if quote.body["report_data"] != report.bound_data():
        raise ValueError("the TD quote is not about these claims")
    return verify_tdx._claims(quote, None)


def _verify(evidence, digest, init_digest, directory, kind, check_hardware):
    version = member(evidence, "version", "evidence")
    if version not in VERSIONS:
        raise ValueError(f"version {version!r}")
    report = HclReport(_b64url(member(evidence, "hcl_report", "evidence"), "hcl_report"))
    if report.kind != kind:
        raise ValueError(f"hcl_report: type {report.kind}")
    pcrs = check_quote(evidence, report.ak(), digest)
    if version >= 2:
        report.check_user_data(digest)
    claims = check_hardware(evidence, report, directory)
    if init_digest is not None:
        verify_tpm.check_init_data(pcrs[verify_tpm.INIT_DATA_PCR], init_digest)
    tpm = {f"pcr{index:02}": value.hex() for index, value in enumerate(pcrs)}
    return dict(claims, tpm=tpm, version=str(version), report_data=digest.hex(),
                init_data=tpm[f"pcr{verify_tpm.INIT_DATA_PCR:02}"])


def _verifier(name, kind, check_hardware):
    def verify(evidence, digest, init_digest, directory):
        """Claims of this evidence; `directory` has the hardware's trust anchors."""
        try:
            return _verify(evidence, digest, init_digest, directory, kind, check_hardware)
        except (TypeError, ValueError) as err:
            raise EvidenceError(f"{name}: {err}") from None
    return verify


verify_snp_vtpm = _verifier("az-snp-vtpm", SNP, check_snp)
verify_tdx_vtpm = _verifier("az-tdx-vtpm", TDX, check_tdx)


def appraise_snp(claims, reference, vector):
    """As Trustee's default policy, but for the values of the TCB."""
    if claims["measurement"] in reference.get("az_snp_launch_measurement", []):
        vector.update({"executables": 3, "hardware": 2})


def appraise_tdx(claims, reference, vector):
    if claims["quote"]["body"]["mr_td"] in reference.get("az_mr_td", []):
        vector.update({"executables": 3, "hardware": 2})
