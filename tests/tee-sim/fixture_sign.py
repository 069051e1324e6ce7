# SPDX-License-Identifier: GPL-2.0-or-later
"""What tsm-simd does, in Python: evidence of a fixture, for tests without a guest."""

import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

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


def evidence(directory, data, registers=None, level=0):
    """Evidence over `data`; `registers` by their number in tsm_sim.h."""
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
        else:
            form, hash, start, size, at = words[0], words[1], *map(int, words[2:5])
            prefix = read(directory, words[5]) if len(words) > 5 else b""
            _put(out, at, _signature(key, form, hash, prefix + bytes(out[start:start + size])))
    return bytes(out)
