# SPDX-License-Identifier: GPL-2.0-or-later
"""Tunnel credentials whose private key is easy to recognise."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRIVATE = b"postern-marker-wireguard-private"
PEER = b"postern-marker-wireguard-peer-01"
SHARED = b"postern-marker-wireguard-psk-001"


def text(key):
    return base64.b64encode(key).decode()


PRIVATE_TEXT = text(PRIVATE)


def public_text(private=PRIVATE):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return text(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


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


def document(endpoint, private=PRIVATE_TEXT, **more):
    """The JSON form, with a preshared key and both families of addresses."""
    peer = {"public-key": public_text(PEER), "preshared-key": text(SHARED),
            "endpoint": endpoint, "allowed-ips": ["10.99.0.0/24", "fd99::/64"],
            "persistent-keepalive": 25}
    return json.dumps({"kind": "wireguard", "private-key": private,
                       "addresses": ["10.99.0.2/24", "fd99::2/64"], "mtu": 1380,
                       "peers": [peer], **more}).encode()
