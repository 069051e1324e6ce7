# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may store and delete resources: Trustee's bearer tokens (kbs-wire.md 8.2).

STATE/admin.pem is the public key of the one issuer; without it nobody may."""

import base64
import json
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ISSUER, AUDIENCE, ROLE = "issuer", "kbs", "admin"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def token(key, lifetime=3600, **changes):
    """A JWT by the private KEY; CHANGES are claims that differ."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": [AUDIENCE], "role": ROLE, "iat": now, "exp": now + lifetime,
              **changes}
    signed = ".".join(encode(json.dumps(part).encode())
                      for part in ({"alg": "EdDSA", "typ": "JWT"}, claims))
    return f"{signed}.{encode(key.sign(signed.encode()))}"


def check(state, headers):
    """ValueError says why the request is not an administrator's."""
    try:
        with open(os.path.join(state, "admin.pem"), "rb") as file:
            key = load_pem_public_key(file.read())
    except OSError:
        raise ValueError("there is no administrator") from None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ValueError("admin.pem is no Ed25519 key")
    scheme, _, text = headers.get("Authorization", "").partition(" ")
    head, _, signature = text.strip().rpartition(".")
    header, _, claims = head.partition(".")
    if scheme.lower() != "bearer" or not claims:
        raise ValueError("no bearer token")
    try:
        key.verify(decode(signature), head.encode())
    except InvalidSignature:
        raise ValueError("the token's signature is wrong") from None
    if json.loads(decode(header)).get("alg") != "EdDSA":
        raise ValueError("the token's alg is not EdDSA")
    found = json.loads(decode(claims))
    audience = found.get("aud")
    if found.get("iss") != ISSUER or found.get("role") != ROLE or \
            AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
        raise ValueError("the token is for something else")
    if found.get("exp", 0) < time.time():
        raise ValueError("the token has expired")
