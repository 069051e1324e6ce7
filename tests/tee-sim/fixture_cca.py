# SPDX-License-Identifier: GPL-2.0-or-later
"""Arm CCA: attestation tokens with tag 399 and tag 907 (tee-abi.md 4.3)."""

import hashlib

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from fixture_pki import private_pem, public_pem, raw_public, raw_signature

PROTECTED = cbor2.dumps({1: -35})               # alg: ES384
SIGNATURE_LEN = 96
# Recognisable, to find their places in the token.
CHALLENGE, PERSONALISATION = b"\xa5" * 64, b"\x5a" * 64


def to_be_signed(payload):
    return cbor2.dumps(["Signature1", PROTECTED, b"", payload])


def sign1(key, payload):
    signature = bytes(SIGNATURE_LEN)
    if key:
        signature = raw_signature(key, to_be_signed(payload), hashes.SHA384(), 48)
    return cbor2.dumps(cbor2.CBORTag(18, [PROTECTED, {}, payload, signature]))


def cose_key(key):
    point = raw_public(key, 48)
    return cbor2.dumps({1: 2, 3: -35, -1: 2, -2: point[:48], -3: point[48:]})


def platform_claims(rak):
    def sha256(text):
        return hashlib.sha256(text).digest()
    component = {1: "BL", 2: sha256(b"bl"), 4: "3.4.2", 5: sha256(b"signer"), 6: "sha-256"}
    return cbor2.dumps({
        265: "tag:arm.com,2023:cca_platform#1.0.0", 10: sha256(rak), 2396: sha256(b"impl"),
        256: b"\x01" + sha256(b"inst"), 2401: bytes.fromhex("cfcfcfcf"), 2395: 0x3003,
        2399: [component], 2402: "sha-256"})


def realm_claims(rak):
    return cbor2.dumps({
        10: CHALLENGE, 265: "tag:arm.com,2023:realm#1.0.0", 44235: PERSONALISATION,
        44238: hashlib.sha512(b"simulated realm").digest(), 44239: [bytes(64)] * 4,
        44236: "sha-512", 44237: rak, 44240: "sha-256"})


def token(put, tag):
    cpak, rak = (ec.generate_private_key(ec.SECP384R1()) for _ in range(2))
    public = cose_key(rak)
    realm = realm_claims(public)
    parts = {44234: sign1(cpak, platform_claims(public)), 44241: sign1(None, realm)}
    if tag == 907:
        parts = {key: [263, part] for key, part in parts.items()}
    template = cbor2.dumps(cbor2.CBORTag(tag, parts))
    place = template.index(PERSONALISATION)
    at, end = template.index(realm), len(template) - SIGNATURE_LEN
    fixture = f"cca-{tag}"
    put(fixture, "template", template.replace(PERSONALISATION, bytes(64)))
    put(fixture, "prefix", to_be_signed(realm)[:-len(realm)])
    put(fixture, "recipe", f"data {template.index(CHALLENGE)} 64\n"
                           f"sign raw sha384 {at} {len(realm)} {end} prefix\n")
    put(fixture, "key.pem", private_pem(rak))
    put(fixture, "init-data", f"{place} 64\n")
    put(fixture, "roots/cpak.pem", public_pem(cpak))


def make(put):
    token(put, 399)
    token(put, 907)
