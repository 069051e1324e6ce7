# SPDX-License-Identifier: GPL-2.0-or-later
"""Hygon CSV: attestation reports and their certificates (tee-abi.md 3.4)."""

import hashlib
import os
import struct
import sys

from cryptography.hazmat.primitives.asymmetric import ec

from fixture_pki import private_pem

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kbs"))

import sm2

SERIAL = b"SIM0123456789"
HRK, HSK, CEK, PEK = (0, b"HYGON-SSD-HRK"), (0x13, b"HYGON-SSD-HSK"), \
    (0x1004, b"HYGON-SSD-CEK"), (0x1002, b"HYGON-SSD-PEK")
POLICY = 0x45                   # no debugging, ES, CSV3
ANONCE = 0x5DC7D726


def pair(one, other):
    return one.to_bytes(72, "little") + other.to_bytes(72, "little")


def who(public, name):
    """Curve, key and name, as in all certificates."""
    return struct.pack("<I", 3) + pair(*public) + struct.pack("<H", len(name)) + \
        name.ljust(254, b"\0")


def ca_certificate(of, public, issuer, private):
    """HRK and HSK: 832 bytes."""
    body = struct.pack("<I", 1) + of[1][:16].ljust(16) + issuer[1][:16].ljust(16) + \
        struct.pack("<I", of[0]) + bytes(24) + who(public, of[1]) + bytes(108)
    return body + pair(*sm2.sign(private, issuer[1], body)) + bytes(112)


def certificate(of, public, issuer, private):
    """CEK and PEK: 2084 bytes, with one signature of two."""
    body = struct.pack("<IBBHII", 1, 1, 3, 0, of[0], 4) + who(public, of[1]) + bytes(16 + 608)
    signature = struct.pack("<II", issuer[0], 4) + pair(*sm2.sign(private, issuer[1], body)) + \
        bytes(368)
    return body + signature + struct.pack("<II", 0x1000, 0) + bytes(512)


def report(extended, pek):
    """All but what a request and the signer fill in; nothing is disguised yet."""
    info = hashlib.sha256(b"session").digest() + b"simulated vm id " + b"version 00000001" + \
        bytes(64 + 16) + hashlib.sha256(b"simulated launch").digest() + \
        struct.pack("<III", POLICY, PEK[0], 4)
    if extended:
        info += struct.pack("<IH", 2337, 1) + bytes(14 + 5 * 32 + 656)
    else:
        info += struct.pack("<I", ANONCE)
    return info + bytes(144) + pek + SERIAL.ljust(64, b"\0") + b"\x99" * 32 + bytes(32)


RECIPES = {
    "csv-v1": "data 64 64\nnonce 128\nxor 0 188 188\nsm2 0 180 192\nxor 336 2148 188\n"
              "mac 336 2180 2516\n",
    "csv-v2": "data 64 64\nnonce 128\nrtmr 208\nsm2 0 1024 1024\nmac 1168 2180 3348\n",
}


def make(put):
    keys = {name: sm2.new_key() for name in (HRK, HSK, CEK, PEK)}
    hrk = ca_certificate(HRK, keys[HRK][1], HRK, keys[HRK][0])
    hsk = ca_certificate(HSK, keys[HSK][1], HRK, keys[HRK][0])
    cek = certificate(CEK, keys[CEK][1], HSK, keys[HSK][0])
    pek = certificate(PEK, keys[PEK][1], CEK, keys[CEK][0])
    for fixture, recipe in RECIPES.items():
        put(fixture, "template", report(fixture == "csv-v2", pek))
        put(fixture, "recipe", recipe)
        # The signer wants one, whatever it signs with.
        put(fixture, "key.pem", private_pem(ec.generate_private_key(ec.SECP256R1())))
        put(fixture, "sm2.key", keys[PEK][0].to_bytes(32, "big") + PEK[1])
        put(fixture, "roots/hrk.cert", hrk)
        put(fixture, f"roots/{SERIAL.decode()}.cert", hsk + cek)
