# SPDX-License-Identifier: GPL-2.0-or-later
"""Arm CCA evidence (kbs-wire.md 4.4, tee-abi.md 4.3): two COSE_Sign1, one bound
to the other, the first one signed by a key that we know."""

import base64
import hashlib
import io

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import binding
import certs
from errors import EvidenceError
from messages import member

TAG_CCA, TAG_CMW, TAG_SIGN1 = 399, 907, 18
EAT_CWT = 263                   # application/eat+cwt
PLATFORM, REALM = 44234, 44241
COSE = {-7: (hashes.SHA256(), 64), -35: (hashes.SHA384(), 96)}
HASHES = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
PLATFORM_PROFILES = ("tag:arm.com,2023:cca_platform#1.0.0", "http://arm.com/CCA-SSD/1.0.0")
REALM_PROFILES = (None, "tag:arm.com,2023:realm#1.0.0")
MEASUREMENT_LENS = (32, 48, 64)
CHALLENGE_LEN = 64
PUBLIC_POINT_LEN = 97

REALM_NAMES = {10: "challenge", 265: "profile", 44235: "personalization-value",
               44236: "hash-algo-id", 44237: "public-key", 44238: "initial-measurement",
               44239: "extensible-measurements", 44240: "public-key-hash-algo-id"}
PLATFORM_NAMES = {10: "challenge", 256: "instance-id", 265: "profile", 2395: "lifecycle",
                  2396: "implementation-id", 2399: "sw-components", 2400: "service-indicator",
                  2401: "config", 2402: "hash-algo-id"}
COMPONENT_NAMES = {1: "measurement-type", 2: "measurement-value", 4: "version", 5: "signer-id",
                   6: "hash-algo-id"}


def decode(data, what):
    """One CBOR item, and nothing after it."""
    stream = io.BytesIO(data)
    try:
        value = cbor2.CBORDecoder(stream).decode()
    except Exception as err:        # cbor2 of Debian 12 lets quite a few out
        raise ValueError(f"{what}: not CBOR: {type(err).__name__}") from None
    if stream.read(1):
        raise ValueError(f"{what}: bytes left over")
    return value


def claim(claims, key, kind, what):
    value = claims.get(key)
    if type(value) is not kind:
        raise ValueError(f"{what}: claim {key} is not there, or of another type")
    return value


class Sign1:
    """A COSE_Sign1 with a map of claims in it."""

    def __init__(self, data, what):
        self.what = what
        tagged = decode(data, what)
        if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != TAG_SIGN1 or \
                not isinstance(tagged.value, list) or len(tagged.value) != 4:
            raise ValueError(f"{what}: not a COSE_Sign1")
        self.protected, unprotected, self.payload, self.signature = tagged.value
        if not isinstance(unprotected, dict) or \
                any(type(part) is not bytes
                    for part in (self.protected, self.payload, self.signature)):
            raise ValueError(f"{what}: not a COSE_Sign1")
        header = decode(self.protected, f"{what}: header")
        self.algorithm = header.get(1) if isinstance(header, dict) else None
        if self.algorithm not in COSE or header != {1: self.algorithm}:
            raise ValueError(f"{what}: header {header!r}")
        self.claims = decode(self.payload, f"{what}: claims")
        if not isinstance(self.claims, dict):
            raise ValueError(f"{what}: the claims are not a map")

    def check(self, key):
        hash, size = COSE[self.algorithm]
        if len(self.signature) != size or key.key_size * 2 != size * 8:
            raise ValueError(f"{self.what}: the signature is not of this key's size")
        signed = cbor2.dumps(["Signature1", self.protected, b"", self.payload])
        try:
            certs.check_raw(key, self.signature, signed, hash)
        except ValueError as err:
            raise ValueError(f"{self.what}: {err}") from None


def parse(token):
    """Platform and realm part of a token."""
    outer = decode(token, "token")
    if not isinstance(outer, cbor2.CBORTag) or outer.tag not in (TAG_CCA, TAG_CMW) or \
            not isinstance(outer.value, dict):
        raise ValueError("token: neither a CCA token nor a CMW collection")
    parts = []
    for key, what in ((PLATFORM, "platform token"), (REALM, "realm token")):
        part = outer.value.get(key)
        if outer.tag == TAG_CMW:
            if not isinstance(part, list) or len(part) != 2 or part[0] != EAT_CWT:
                raise ValueError(f"{what}: not [{EAT_CWT}, bytes]")
            part = part[1]
        if type(part) is not bytes:
            raise ValueError(f"{what}: it is not there")
        parts.append(Sign1(part, what))
    return parts


def realm_key(realm):
    """The RAK: a COSE_Key where there is a profile, a bare point before."""
    raw = claim(realm.claims, 44237, bytes, realm.what)
    if realm.claims.get(265) is None:
        if len(raw) != PUBLIC_POINT_LEN or raw[0] != 4:
            raise ValueError("realm token: the key is not an uncompressed point")
        return certs.point(ec.SECP384R1(), raw[1:])
    key = decode(raw, "realm key")
    if not isinstance(key, dict) or key.get(1) != 2 or key.get(-1) != 2 or \
            not all(isinstance(key.get(n), bytes) and len(key[n]) == 48 for n in (-2, -3)):
        raise ValueError("realm token: the key is not on P-384")
    return certs.point(ec.SECP384R1(), key[-2] + key[-3])


def check_claims(platform, realm):
    if platform.claims.get(265) not in PLATFORM_PROFILES:
        raise ValueError(f"platform token: profile {platform.claims.get(265)!r}")
    if realm.claims.get(265) not in REALM_PROFILES:
        raise ValueError(f"realm token: profile {realm.claims.get(265)!r}")
    if not 0x3000 <= claim(platform.claims, 2395, int, platform.what) <= 0x30FF:
        raise ValueError("platform token: the platform is not in its secured state")
    rem = claim(realm.claims, 44239, list, realm.what)
    sizes = {len(value) for value in [claim(realm.claims, 44238, bytes, realm.what), *rem]}
    if len(rem) != 4 or len(sizes) != 1 or sizes.pop() not in MEASUREMENT_LENS:
        raise ValueError("realm token: measurements of the wrong number or size")


def check_signatures(platform, realm, keys):
    """Raise unless one of `keys` signed for the platform, and that for the realm."""
    if not keys:
        raise ValueError("there is no platform key to trust")
    for number, key in enumerate(keys):
        try:
            platform.check(key)
            break
        except ValueError:
            if number == len(keys) - 1:
                raise
    name = claim(realm.claims, 44240, str, realm.what)
    rak = claim(realm.claims, 44237, bytes, realm.what)
    if name not in HASHES or \
            platform.claims.get(10) != hashlib.new(HASHES[name], rak).digest():
        raise ValueError("platform token: its challenge is not the hash of the realm's key")
    realm.check(realm_key(realm))


def _plain(value):
    """For JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {f"{COMPONENT_NAMES.get(key, key)}": _plain(one) for key, one in value.items()}
    return value


def _named(claims, names, prefix):
    return {f"{prefix}-{names[key]}": _plain(value) for key, value in claims.items()
            if key in names}


def verify(evidence, digest, init_digest, directory):
    """Claims of CCA evidence; `directory` has the platform keys (CPAK)."""
    try:
        token = member(evidence, "token", "evidence")
        if not isinstance(token, list) or \
                any(type(byte) is not int or not 0 <= byte < 256 for byte in token):
            raise ValueError("token: not an array of bytes")
        platform, realm = parse(bytes(token))
        check_claims(platform, realm)
        check_signatures(platform, realm, certs.load_keys(directory))
        challenge = claim(realm.claims, 10, bytes, realm.what)
        binding.check_report_data(challenge, digest)
        value = claim(realm.claims, 44235, bytes, realm.what)
        if init_digest is not None and init_digest != value:
            # No padding here: the digest must have all 64 bytes.
            raise ValueError(f"personalisation value is {value.hex()}, "
                             f"the init-data has {init_digest.hex()}")
    except ValueError as err:
        raise EvidenceError(f"cca: {err}") from None
    return {"platform": _named(platform.claims, PLATFORM_NAMES, "cca-platform"),
            "realm": _named(realm.claims, REALM_NAMES, "cca-realm"),
            "report_data": challenge.hex(), "init_data": value.hex()}


def appraise(claims, reference, vector):
    """Trustee ships no rule for CCA: contraindicated, whatever it is."""
