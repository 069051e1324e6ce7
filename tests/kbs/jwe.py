# SPDX-License-Identifier: GPL-2.0-or-later
"""Flattened JWE to the guest's TEE key (kbs-wire.md 3), step by step.

Built from the primitives and not by a JOSE library, so that a fault can change
any one step; the tests open the result with python3-jwcrypto.
"""

import base64
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from ear import b64url, unb64url

ECDH = "ECDH-ES+A256KW"
CURVES = {"P-256": (ec.SECP256R1(), 32), "P-521": (ec.SECP521R1(), 66)}
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
RSA_PADDING = {"RSA-OAEP-256": OAEP, "RSA1_5": padding.PKCS1v15()}


def _coordinate(jwk, name, size):
    raw = unb64url(jwk[name])
    if len(raw) != size:
        raise ValueError(f"tee-pubkey: {name} has {len(raw)} bytes, not {size}")
    return int.from_bytes(raw, "big")


def ec_public(jwk):
    if jwk["alg"] != ECDH or jwk["crv"] not in CURVES:
        raise ValueError(f"tee-pubkey: {jwk['alg']} on {jwk['crv']} is not supported")
    curve, size = CURVES[jwk["crv"]]
    return ec.EllipticCurvePublicNumbers(_coordinate(jwk, "x", size),
                                         _coordinate(jwk, "y", size), curve).public_key()


def rsa_public(jwk):
    if jwk["alg"] not in RSA_PADDING:
        raise ValueError(f"tee-pubkey: {jwk['alg']} is not supported")
    e, n = (int.from_bytes(unb64url(jwk[name]), "big") for name in ("e", "n"))
    return rsa.RSAPublicNumbers(e, n).public_key()


def ec_jwk(key, crv):
    """The JWK members of an EC public key, coordinates at fixed width."""
    size = CURVES[crv][1]
    numbers = key.public_numbers()
    return {"crv": crv, "kty": "EC", "x": b64url(numbers.x.to_bytes(size, "big")),
            "y": b64url(numbers.y.to_bytes(size, "big"))}


def derive_kek(secret, algorithm):
    """RFC 7518 4.6 for a 256-bit key, PartyUInfo and PartyVInfo empty."""
    name = algorithm.encode()
    info = len(name).to_bytes(4, "big") + name + bytes(8) + (256).to_bytes(4, "big")
    return ConcatKDFHash(hashes.SHA256(), 32, info).derive(secret)


class Sealer:
    """One JWE in the making; a fault changes members between the steps."""

    def __init__(self, jwk):
        self.jwk = jwk
        self.enc = "A256GCM"
        self.cek = os.urandom(32)
        self.iv = os.urandom(12)
        self.header = None
        self.encrypted_key = None
        self.aad = None

    def wrap(self):
        """Encrypt the CEK to the TEE key, and write the header that says how."""
        if self.jwk["kty"] == "EC":
            public = ec_public(self.jwk)
            ephemeral = ec.generate_private_key(public.curve)
            kek = derive_kek(ephemeral.exchange(ec.ECDH(), public), ECDH)
            self.encrypted_key = aes_key_wrap(kek, self.cek)
            self.header = {"alg": ECDH, "enc": self.enc,
                           "epk": ec_jwk(ephemeral.public_key(), self.jwk["crv"])}
        else:
            public = rsa_public(self.jwk)
            self.encrypted_key = public.encrypt(self.cek, RSA_PADDING[self.jwk["alg"]])
            self.header = {"alg": self.jwk["alg"], "enc": self.enc}

    def seal(self, plaintext):
        """Encrypt under the CEK; the flattened JWE as a dictionary."""
        protected = b64url(json.dumps(self.header, separators=(",", ":")).encode())
        aad = protected if self.aad is None else protected + "." + b64url(self.aad)
        sealed = AESGCM(self.cek).encrypt(self.iv, plaintext, aad.encode())
        result = {"protected": protected, "encrypted_key": b64url(self.encrypted_key),
                  "iv": b64url(self.iv), "ciphertext": b64url(sealed[:-16]),
                  "tag": b64url(sealed[-16:])}
        if self.aad is not None:
            result["aad"] = b64url(self.aad)
        return result


def encrypt(plaintext, jwk, fault=None):
    """JWE of `plaintext` to `jwk`; ValueError when the key is not usable.

    `fault`, if given, is a function (sealer, plaintext) that makes it instead.
    """
    sealer = Sealer(jwk)
    if fault is not None:
        return fault(sealer, plaintext)
    sealer.wrap()
    return sealer.seal(plaintext)


def thumbprint(jwk):
    """RFC 7638 thumbprint of a TEE key, to tell keys apart in the log."""
    members = ("crv", "kty", "x", "y") if jwk["kty"] == "EC" else ("e", "kty", "n")
    text = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(text.encode())
    return base64.urlsafe_b64encode(digest.finalize()).rstrip(b"=").decode()
