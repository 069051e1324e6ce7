# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong JWEs: each function makes one from a sealer (jwe.py) and a plaintext.

Where it can be done, all but the one fault is right, so that a guest which does
not look for the fault would accept the answer.
"""

import os

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

import jwe
from ear import b64url, unb64url


def flip(text):
    """base64url text with one bit of its first byte changed."""
    raw = bytearray(unb64url(text))
    raw[0] ^= 1
    return b64url(bytes(raw))


def alg_dir(sealer, plaintext, arg):
    sealer.cek = bytes(32)
    sealer.encrypted_key = b""
    sealer.header = {"alg": "dir", "enc": sealer.enc}
    return sealer.seal(plaintext)


def rsa1_5(sealer, plaintext, arg):
    if sealer.jwk["kty"] == "RSA":
        sealer.jwk = dict(sealer.jwk, alg="RSA1_5")
        sealer.wrap()
    else:
        sealer.encrypted_key = os.urandom(256)
        sealer.header = {"alg": "RSA1_5", "enc": sealer.enc}
    return sealer.seal(plaintext)


def wrong_enc(sealer, plaintext, arg):
    sealer.enc = "A128GCM"
    sealer.cek = os.urandom(16)
    sealer.wrap()
    return sealer.seal(plaintext)


def bad_epk(sealer, plaintext, arg):
    sealer.wrap()
    if "epk" in sealer.header:
        sealer.header["epk"]["y"] = flip(sealer.header["epk"]["y"])
    return sealer.seal(plaintext)


def other_curve(sealer, plaintext, arg):
    crv = "P-521" if sealer.jwk.get("crv") == "P-256" else "P-256"
    ephemeral = ec.generate_private_key(jwe.CURVES[crv][0])
    kek = jwe.derive_kek(ephemeral.exchange(ec.ECDH(), ephemeral.public_key()), jwe.ECDH)
    sealer.encrypted_key = aes_key_wrap(kek, sealer.cek)
    sealer.header = {"alg": jwe.ECDH, "enc": sealer.enc,
                     "epk": jwe.ec_jwk(ephemeral.public_key(), crv)}
    return sealer.seal(plaintext)


def other_key(sealer, plaintext, arg):
    if sealer.jwk["kty"] == "EC":
        crv = sealer.jwk["crv"]
        stranger = ec.generate_private_key(jwe.CURVES[crv][0]).public_key()
        sealer.jwk = dict(jwe.ec_jwk(stranger, crv), alg=sealer.jwk["alg"])
    else:
        numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
        sealer.jwk = dict(sealer.jwk, n=b64url(numbers.n.to_bytes(256, "big")), e="AQAB")
    sealer.wrap()
    return sealer.seal(plaintext)


def short_tag(sealer, plaintext, arg):
    sealer.wrap()
    result = sealer.seal(plaintext)
    # A cut GCM tag still verifies where the library takes its length from it.
    result["tag"] = b64url(unb64url(result["tag"])[:int(arg or 12)])
    return result


def tamper(sealer, plaintext, arg):
    sealer.wrap()
    result = sealer.seal(plaintext)
    name = arg or "ciphertext"
    result[name] = flip(result[name])
    return result


def with_aad(sealer, plaintext, arg):
    sealer.aad = b"more than was asked for"
    sealer.wrap()
    return sealer.seal(plaintext)


def missing(sealer, plaintext, arg):
    sealer.wrap()
    result = sealer.seal(plaintext)
    del result[arg or "tag"]
    return result
