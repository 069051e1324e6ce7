# SPDX-License-Identifier: GPL-2.0-or-later
"""IBM Secure Execution: its challenge, and its evidence (kbs-wire.md 4.8, tee-abi.md 3.3).

As with Trustee, the key of the MAC and the nonce go to the guest and back under
a key of the KBS, so that nothing is remembered.  Only the encryption to the
machine is our own: that of the simulator's ultravisor (tests/tee-sim).
"""

import base64
import functools
import hashlib
import hmac
import json
import os
import struct

from cryptography.hazmat.primitives.asymmetric import padding, rsa

from errors import EvidenceError
from messages import b64, member

USER_DATA_LEN, MAC_LEN, ADDITIONAL_LEN = 64, 64, 64
KEY_LEN, NONCE_LEN, TAGS_LEN, UID_LEN = 64, 16, 208, 16
CLEAR_LEN, IV_LEN = 304, 12


@functools.cache
def wrapping_key():
    return rsa.generate_private_key(65537, 2048)


def read(directory, name):
    try:
        with open(os.path.join(directory, name), "rb") as file:
            return file.read()
    except OSError as err:
        raise ValueError(f"nothing is known of the image or the machine: {err}") from None


def request_block(host_key, secret):
    """An attestation request control block for one machine: one key slot."""
    iv = os.urandom(IV_LEN)
    flags = 1 << 62 | 1 << 61 | 1 << 60             # nonce, and both host key hashes
    clear = struct.pack(">QII", 0, 0x100, CLEAR_LEN + len(secret) + 16) + iv + \
        struct.pack(">IIIII", 0, 0, 1, 0, len(secret)) + \
        struct.pack(">QII", flags, 1, 0) + bytes(160 + 80)
    assert len(clear) == CLEAR_LEN

    def mask(n):
        return hashlib.sha512(host_key + iv + bytes([n])).digest()

    stream = mask(1) + mask(2)
    block = clear + bytes(a ^ b for a, b in zip(secret, stream))
    return block + hmac.digest(mask(3), block, "sha512")[:16]


def select_hash(extra, older):
    """(extra-params, hash) for a Request's extra-params."""
    offered = extra.get("supported-hash-algorithms") if isinstance(extra, dict) else None
    if older or offered is None:
        return "", "sha384" if older else "sha512"
    if "sha512" not in offered:
        raise ValueError(f"no common hash algorithm in {offered}")
    return {"selected-hash-algorithm": "sha512"}, "sha512"


def challenge(extra, directory):
    """(nonce, extra-params, hash); a file `older` there: as before v0.21."""
    chosen = select_hash(extra, os.path.exists(os.path.join(directory, "older")))
    key, nonce = os.urandom(KEY_LEN), os.urandom(NONCE_LEN)
    public = wrapping_key().public_key()
    parts = {"request_blob": request_block(read(directory, "host.key"), key + nonce),
             "encr_measurement_key": public.encrypt(key, padding.PKCS1v15()),
             "encr_request_nonce": public.encrypt(nonce, padding.PKCS1v15()),
             "image_hdr_tags": read(directory, "hdr.tags")}
    text = {"measurement_size": MAC_LEN, "additional_size": ADDITIONAL_LEN,
            **{name: base64.b64encode(value).decode() for name, value in parts.items()}}
    return (json.dumps(text), *chosen)


def _bytes(evidence, name, size=None):
    value = b64(member(evidence, name, "evidence"), name)
    if size is not None and len(value) != size:
        raise ValueError(f"{name}: {len(value)} bytes, not {size}")
    return value


def _check(evidence, digest, directory):
    key = wrapping_key().decrypt(_bytes(evidence, "encr_measurement_key"), padding.PKCS1v15())
    nonce = wrapping_key().decrypt(_bytes(evidence, "encr_request_nonce"), padding.PKCS1v15())
    tags = _bytes(evidence, "image_hdr_tags", TAGS_LEN)
    if tags != read(directory, "hdr.tags"):
        raise ValueError("the tags of another image")
    user = _bytes(evidence, "user_data")
    if user != digest.ljust(USER_DATA_LEN, b"\0"):
        raise ValueError(f"user data is {user.hex()}, must be {digest.hex()}, and zeros")
    additional, uid = _bytes(evidence, "additional_data"), _bytes(evidence, "cuid", UID_LEN)
    text = tags + uid + struct.pack(">HHI", len(user), 0, len(additional)) + user + nonce + \
        additional
    if not hmac.compare_digest(hmac.digest(key, text, "sha512"), _bytes(evidence, "measurement")):
        raise ValueError("the measurement is not that of the ultravisor")
    return {"cuid": uid.hex(), "tag": tags[-16:].hex(), "version": 256,
            "image_phkh": additional[:32].hex(), "attestation_phkh": additional[32:64].hex(),
            "report_data": user.hex(), "init_data": ""}


def verify(evidence, digest, init_digest, directory):
    """Claims of SE evidence; in `directory` are hdr.tags and host.key."""
    del init_digest                                 # not bound by this TEE
    try:
        return _check(evidence, digest, directory)
    except ValueError as err:
        raise EvidenceError(f"se: {err}") from None


def appraise(claims, reference, vector):
    """As Trustee's default policy: it is there."""
    vector.update({"executables": 3, "hardware": 2, "configuration": 2})
