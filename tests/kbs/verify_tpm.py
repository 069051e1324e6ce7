# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic TPM 2.0 evidence (kbs-wire.md 4.5).

Checks the signature over the quote, what the quote says, the PCR values sent
with it, the nonce and the binding of init-data.  Whether the AK is a key of a
genuine TPM is not established here: that is for the policy (`trusted_aks`).
"""

import hashlib
import struct

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from errors import Dropped, EvidenceError
from messages import b64, member

TPM_GENERATED = 0xFF544347
TPM_ST_ATTEST_QUOTE = 0x8018
TPM_ALG_RSASSA = 0x0014
TPM_ALG_SHA256 = 0x000B
PCRS = 24
INIT_DATA_PCR = 8


class Reader:
    """Big-endian fields of a TPM structure; running out is an error."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise ValueError("truncated")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def sized(self):
        return self.take(self.number("H"))

    def end(self):
        if self.at != len(self.data):
            raise ValueError(f"{len(self.data) - self.at} bytes left over")


def parse_signature(data):
    """The raw RSA signature inside a marshalled TPMT_SIGNATURE."""
    reader = Reader(data)
    scheme, digest = reader.number("H"), reader.number("H")
    if (scheme, digest) != (TPM_ALG_RSASSA, TPM_ALG_SHA256):
        raise ValueError(f"scheme {scheme:04x}/{digest:04x} is not RSASSA/SHA-256")
    raw = reader.sized()
    reader.end()
    return raw


def parse_quote(message):
    """(extraData, pcrDigest) of a TPMS_ATTEST that quotes SHA-256 PCR 0..23."""
    reader = Reader(message)
    if reader.number("I") != TPM_GENERATED:
        raise ValueError("magic is not TPM_GENERATED_VALUE")
    if reader.number("H") != TPM_ST_ATTEST_QUOTE:
        raise ValueError("type is not TPM_ST_ATTEST_QUOTE")
    reader.sized()                      # qualifiedSigner
    extra = reader.sized()
    reader.take(8 + 4 + 4)              # clockInfo: clock, resetCount, restartCount
    if reader.number("B") not in (0, 1):
        raise ValueError("clockInfo.safe is neither YES nor NO")
    reader.take(8)                      # firmwareVersion
    if reader.number("I") != 1:
        raise ValueError("not exactly one PCR selection")
    selection = reader.number("H"), reader.take(reader.number("B"))
    if selection != (TPM_ALG_SHA256, b"\xff\xff\xff"):
        raise ValueError("the selection is not all 24 PCRs of SHA-256")
    digest = reader.sized()
    reader.end()
    return extra, digest


def parse_pcrs(values):
    if not isinstance(values, list) or len(values) != PCRS:
        raise ValueError(f"pcrs: not a list of {PCRS}")
    for index, value in enumerate(values):
        if not isinstance(value, str) or len(value) != 64 or value.strip("0123456789abcdef"):
            raise ValueError(f"pcrs: value {index} is not 64 lower-case hex digits")
    return [bytes.fromhex(value) for value in values]


def load_ak(der):
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise ValueError(f"ak_public: {err}") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("ak_public: not an RSA key")
    # One key, one spelling: a policy compares the text of ak_public.
    if der != key.public_bytes(serialization.Encoding.DER,
                               serialization.PublicFormat.SubjectPublicKeyInfo):
        raise ValueError("ak_public: not the DER form of its key")
    return key


def check_quote(evidence, nonce):
    """Verify signature, PCR digest and nonce; the 24 PCR values."""
    quote = member(evidence, "tpm_quote", "evidence")
    message = b64(member(quote, "message", "tpm_quote"), "message")
    signature = parse_signature(b64(member(quote, "signature", "tpm_quote"), "signature"))
    pcrs = parse_pcrs(member(quote, "pcrs", "tpm_quote"))
    key = load_ak(b64(member(evidence, "ak_public", "evidence"), "ak_public"))
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise ValueError("the AK did not sign this quote") from None
    extra, digest = parse_quote(message)
    if hashlib.sha256(b"".join(pcrs)).digest() != digest:
        raise ValueError("the PCR values are not those of the quote")
    if extra != nonce:
        raise ValueError(f"qualifyingData is {extra.hex()}, must be {nonce.hex()}")
    return pcrs


def check_init_data(pcr, init_digest):
    if len(init_digest) != 32:
        # Trustee's handler copies into 32 bytes and panics: no answer at all.
        raise Dropped("tpm: init-data digest of another size than 32")
    if pcr != hashlib.sha256(bytes(32) + init_digest).digest():
        raise EvidenceError(f"tpm: PCR {INIT_DATA_PCR} does not hold the init-data digest")


def verify(evidence, digest, init_digest):
    """Claims of TPM evidence; `digest` is cut to the 32 bytes a TPM can carry."""
    nonce = digest[:32]
    try:
        pcrs = check_quote(evidence, nonce)
    except ValueError as err:
        raise EvidenceError(f"tpm: {err}") from None
    if init_digest is not None:
        check_init_data(pcrs[INIT_DATA_PCR], init_digest)
    claims = {f"pcr{index:02}": value.hex() for index, value in enumerate(pcrs)}
    claims["ak_public"] = evidence["ak_public"]
    claims["report_data"] = nonce.hex()
    claims["init_data"] = pcrs[INIT_DATA_PCR].hex()
    return claims


def appraise(claims, reference, vector):
    """As Trustee's default policy: hardware is believed, executables by reference."""
    vector.update({"hardware": 2, "configuration": 0})
    if claims["ak_public"] in reference.get("trusted_aks", []) and \
            claims["pcr11"] in reference.get("tpm_pcr11", []):
        vector["executables"] = 3
