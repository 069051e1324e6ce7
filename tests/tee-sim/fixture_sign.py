# SPDX-License-Identifier: GPL-2.0-or-later
"""What tsm-simd does, in Python: evidence of a fixture, for tests without a guest."""

import hashlib
import hmac
import os
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

import sm2

HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384}
AMD_NUMBER_LEN, AMD_LEN = 72, 512


def read(directory, name):
    with open(os.path.join(directory, name), "rb") as file:
        return file.read()


def _signature(key, form, hash, data):
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(HASHES[hash]())))
    if form == "amd":
        return (r.to_bytes(AMD_NUMBER_LEN, "little") +
                s.to_bytes(AMD_NUMBER_LEN, "little")).ljust(AMD_LEN, b"\0")
    size = (key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _put(evidence, at, data):
    assert at + len(data) <= len(evidence)
    evidence[at:at + len(data)] = data


def patch(directory, digest):
    """Put a digest of init-data, padded or cut, where the template has it."""
    at, size = map(int, read(directory, "init-data").split())
    template = bytearray(read(directory, "template"))
    _put(template, at, digest[:size].ljust(size, b"\0"))
    path = os.path.join(directory, "template")
    with open(path + ".new", "wb") as file:
        file.write(template)
    os.rename(path + ".new", path)


def _sm2(directory, data):
    key = read(directory, "sm2.key")
    return b"".join(n.to_bytes(72, "little")
                    for n in sm2.sign(int.from_bytes(key[:32], "big"), key[32:], data))


def _csv(directory, out, what, numbers, registers, nonce):
    """The steps that only Hygon's firmware does."""
    if what == "nonce":
        _put(out, numbers[0], nonce)
    elif what == "rtmr":
        for n in range(5):
            _put(out, numbers[0] + 32 * n, registers.get(n, bytes(32)))
    else:
        start, size, at = numbers
        part = bytes(out[start:start + size])
        if what == "xor":
            _put(out, start, bytes(byte ^ out[at + n % 4] for n, byte in enumerate(part)))
        elif what == "mac":
            _put(out, at, hmac.new(nonce, part, lambda: hashlib.new("sm3")).digest())
        else:
            assert what == "sm2"
            _put(out, at, _sm2(directory, part))


def evidence(directory, data, registers=None, level=0, nonce=bytes(16)):
    """Evidence over `data`; `registers` by their number in tsm_sim.h, or CSV's."""
    out = bytearray(read(directory, "template"))
    key = serialization.load_pem_private_key(read(directory, "key.pem"), None)
    for line in read(directory, "recipe").decode().splitlines():
        what, *words = line.split()
        if what == "data":
            at, size = map(int, words)
            _put(out, at, data.ljust(size, b"\0"))
        elif what == "mr":
            register, at = map(int, words)
            _put(out, at, (registers or {}).get(register, bytes(48)))
        elif what == "level":
            _put(out, int(words[0]), level.to_bytes(4, "little"))
        elif what == "service":
            pass            # who asks here is no guest under an SVSM
        elif what != "sign":
            _csv(directory, out, what, list(map(int, words)), registers or {}, nonce)
        else:
            form, hash, start, size, at = words[0], words[1], *map(int, words[2:5])
            prefix = read(directory, words[5]) if len(words) > 5 else b""
            _put(out, at, _signature(key, form, hash, prefix + bytes(out[start:start + size])))
    return bytes(out)
