# SPDX-License-Identifier: GPL-2.0-or-later
"""Tunnel credentials whose private key is easy to recognise."""

import base64

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRIVATE = b"postern-marker-wireguard-private"
PRIVATE_TEXT = base64.b64encode(PRIVATE).decode()
PEER = b"postern-marker-wireguard-peer-01"


def public_text(private=PRIVATE):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def credentials():
    """A wg-quick file, as the KBS would hold it."""
    return f"""[Interface]
PrivateKey = {PRIVATE_TEXT}
Address = 10.99.0.2/32

[Peer]
PublicKey = {public_text(PEER)}
AllowedIPs = 10.99.0.0/24
Endpoint = 192.0.2.10:51820
""".encode()
