# SPDX-License-Identifier: GPL-2.0-or-later
"""The attestation token: an EAR, signed ES256, with its key in the header.

Trustee with `insecure_header_jwk` takes the key out of the header; this KBS
believes only its own key, which it keeps in its state directory.
"""

import base64
import json
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (decode_dss_signature,
                                                             encode_dss_signature)

from evidence import VERIFIERS

LEEWAY = 60     # seconds, as Trustee's verifier
VECTOR = ("instance-identity", "configuration", "executables", "file-system", "hardware",
          "runtime-opaque", "storage-opaque", "sourced-data")
TIERS = ("none", "affirming", "warning", "contraindicated")


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def load_key(path):
    """The signing key in `path`, made when it is not there."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            return serialization.load_pem_private_key(file.read(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def tier(value):
    """0..3 for one value of a trustworthiness vector."""
    if -1 <= value <= 1:
        return 0
    if 2 <= value <= 31 or -32 <= value <= -2:
        return 1
    if 32 <= value <= 95 or -96 <= value <= -33:
        return 2
    return 3


def _submod(submod, reference, runtime, init_table):
    # These three start where Trustee's default policy starts: contraindicated.
    vector = dict.fromkeys(VECTOR, 0)
    vector.update({"configuration": 36, "executables": 33, "hardware": 97})
    VERIFIERS[submod.tee].appraise(submod.claims, reference, vector)
    claims = dict(submod.claims)
    annotated = {"report_data": claims.pop("report_data"), "init_data": claims.pop("init_data"),
                 "runtime_data_claims": runtime, submod.tee: claims}
    if init_table is not None:
        annotated["init_data_claims"] = init_table
    return {"ear.status": TIERS[max(tier(value) for value in vector.values())],
            "ear.trustworthiness-vector": vector,
            "ear.appraisal-policy-id": "default",
            "ear.trustee.identifiers": {"validated": {}},
            "ear.veraison.annotated-evidence": annotated}


def build(submods, reference, attestation, init_table, lifetime):
    """The claims of a token for verified evidence."""
    now = int(time.time())
    device = {"nonce": attestation.nonce, "tee-pubkey": attestation.jwk}
    primary = dict(device, **{"additional-evidence": attestation.additional})
    parts = {}
    for index, submod in enumerate(submods):
        parts[submod.name] = _submod(submod, reference, device if index else primary,
                                     None if index else init_table)
    return {"eat_profile": "tag:github.com,2024:confidential-containers/Trustee",
            "iat": now, "exp": now + lifetime, "iss": "CoCo-Attestation-Service",
            "ear.verifier-id": {"developer": "https://confidentialcontainers.org",
                                "build": "attestation-service 0.1.0"},
            "submods": parts}


def sign(claims, key):
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64url(numbers.x.to_bytes(32, "big")),
           "y": b64url(numbers.y.to_bytes(32, "big")), "alg": "ES256"}
    text = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode())
                    for part in ({"typ": "JWT", "alg": "ES256", "jwk": jwk}, claims))
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return text + "." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def verify(token, public_key):
    """The claims of a token of ours that has not expired; ValueError otherwise."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not a compact JWS")
    header, claims = (json.loads(unb64url(part)) for part in parts[:2])
    signature = unb64url(parts[2])
    if not isinstance(header, dict) or header.get("alg") != "ES256" or len(signature) != 64:
        raise ValueError("not signed with ES256")
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"),
                               int.from_bytes(signature[32:], "big"))
    try:
        public_key.verify(der, ".".join(parts[:2]).encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("not signed by this KBS") from None
    if claims["exp"] + LEEWAY < time.time():
        raise ValueError("expired")
    return claims
