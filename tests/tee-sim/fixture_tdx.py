# SPDX-License-Identifier: GPL-2.0-or-later
"""Intel TDX: quotes of version 4 and 5 (tee-abi.md 4.2)."""

import hashlib
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from fixture_pki import (certificate, der, integer, octets, oid, pem, private_pem, raw_public,
                         raw_signature, sequence, tlv)

INTEL = "1.2.840.113741.1.13.1"
VENDOR = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
QE_SIGNER = bytes.fromhex("dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5")
# Register in tsm_sim.h -> place in the body.
REGISTERS = {4: 136, 5: 184, 6: 232, 7: 280, 0: 328, 1: 376, 2: 424, 3: 472}
REPORTDATA = 520
HEADER_LEN = 48
BODY_LEN = {2: 584, 3: 648}


def sgx_extension():
    def entry(number, value):
        return sequence(oid(f"{INTEL}.{number}"), value)
    parts = [entry(f"2.{n}", integer(2)) for n in range(1, 17)]
    parts += [entry("2.17", integer(13)), entry("2.18", octets(b"\x02" * 16))]
    return sequence(entry(1, octets(bytes(range(16)))), entry(2, sequence(*parts)),
                    entry(3, octets(bytes(2))), entry(4, octets(bytes.fromhex("90c06f000000"))),
                    entry(5, tlv(10, b"\1")))


def chain():
    """Root, platform CA and PCK, and the PCK's key."""
    root, platform, pck = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    names = "Intel SGX Root CA", "Intel SGX PCK Platform CA", "Intel SGX PCK Certificate"
    return (certificate(names[0], root, names[0], root, ca=True),
            certificate(names[1], platform, names[0], root, ca=True),
            certificate(names[2], pck, names[1], platform, ca=False,
                        extensions=[(INTEL, sgx_extension())]), pck)


def signed_part(version, body_type):
    """Header and body; what a request fills in is zero."""
    body = bytearray(BODY_LEN[body_type])
    body[0:16] = bytes((7, 1, 3)) + bytes(13)                       # TEE_TCB_SVN
    body[16:64] = hashlib.sha384(b"simulated tdx module").digest()  # MRSEAM
    body[120:128] = bytes.fromhex("0000001000000000")               # SEPT_VE_DISABLE
    body[128:136] = bytes.fromhex("e702060000000000")               # XFAM
    head = struct.pack("<HHIHH", version, 2, 0x81, 0, 0) + VENDOR + bytes(20)
    kind = b"" if version == 4 else struct.pack("<HI", body_type, len(body))
    return head + kind + bytes(body)


def certification(pck, public, certs):
    """QE report that binds the attestation key, and the PCK chain."""
    auth = bytes(range(32))
    qe = bytearray(384)
    qe[0:16] = b"\x02" * 16
    qe[48:64] = bytes.fromhex("1500000000000000e700000000000000")
    qe[64:96] = hashlib.sha256(b"simulated tdqe").digest()
    qe[128:160] = QE_SIGNER
    struct.pack_into("<HH", qe, 256, 2, 6)
    qe[320:352] = hashlib.sha256(public + auth).digest()
    text = b"".join(pem(cert) for cert in certs)
    inner = bytes(qe) + raw_signature(pck, bytes(qe), hashes.SHA256(), 32)
    inner += struct.pack("<H", len(auth)) + auth + struct.pack("<HI", 5, len(text)) + text
    return struct.pack("<HI", 6, len(inner)) + inner


def quote(put, fixture, version, body_type):
    root, platform, leaf, pck = chain()
    key = ec.generate_private_key(ec.SECP256R1())
    public = raw_public(key, 32)
    signed = signed_part(version, body_type)
    tail = bytes(64) + public + certification(pck, public, (leaf, platform, root))
    body = HEADER_LEN + (0 if version == 4 else 6)
    recipe = [f"mr {register} {body + at}" for register, at in REGISTERS.items()]
    recipe += [f"data {body + REPORTDATA} 64",
               f"sign raw sha256 0 {len(signed)} {len(signed) + 4}"]
    put(fixture, "template", signed + struct.pack("<I", len(tail)) + tail)
    put(fixture, "recipe", "\n".join(recipe) + "\n")
    put(fixture, "key.pem", private_pem(key))
    put(fixture, "roots/root.der", der(root))


def make(put):
    quote(put, "tdx-v4", 4, 2)
    quote(put, "tdx-v5", 5, 2)
    quote(put, "tdx-v5-15", 5, 3)
