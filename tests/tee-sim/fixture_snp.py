# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP: attestation report and certificate table (tee-abi.md 4.1, 1.6)."""

import hashlib
import struct
import uuid
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from fixture_pki import integer, private_pem, pss_certificate, tlv

REPORT_LEN = 1184
SIGNED_LEN = 0x2A0
AMD = "1.3.6.1.4.1.3704.1."
HOST_DATA = 0xC0
VCEK, ASK, ARK = ("63da758d-e664-4564-adc5-f4b93be8accd", "4ab7b379-bbac-4fe4-a02f-05aef327c782",
                  "c0b406a4-a803-4952-9743-3fb6014cd0ae")


class Chip(NamedTuple):
    """A generation: report version, product, CPUID, and the form of its TCB."""
    version: int
    product: str
    cpuid: tuple            # family, model, stepping
    tcb: dict               # SPL name -> (place in the TCB, extension, value)
    id: bytes


OLD_TCB = {"bl": (0, "3.1", 3), "tee": (1, "3.2", 0), "snp": (6, "3.3", 20),
           "ucode": (7, "3.8", 200)}
TURIN_TCB = {"fmc": (0, "3.9", 1), "bl": (1, "3.1", 3), "tee": (2, "3.2", 0),
             "snp": (3, "3.3", 20), "ucode": (7, "3.8", 200)}
CHIP_ID = hashlib.sha512(b"simulated chip").digest()
CHIPS = (Chip(2, "Milan", (0, 0, 0), OLD_TCB, CHIP_ID),
         Chip(3, "Genoa", (0x19, 0x11, 1), OLD_TCB, CHIP_ID),
         Chip(5, "Turin", (0x1A, 2, 1), TURIN_TCB, CHIP_ID[:8]))


def tcb(chip):
    raw = bytearray(8)
    for place, _, value in chip.tcb.values():
        raw[place] = value
    return bytes(raw)


def report(chip):
    """All but what a request and the signer fill in."""
    r = bytearray(REPORT_LEN)
    struct.pack_into("<IIQ", r, 0, chip.version, 7, 0x30000)    # SVN; policy: SMT allowed
    r[0x10:0x20] = b"family-id-000001"
    r[0x20:0x30] = b"image-id-0000001"
    struct.pack_into("<II", r, 0x30, 0, 1)                      # VMPL; ECDSA P-384, SHA-384
    struct.pack_into("<Q", r, 0x40, 0x05 if chip.version == 2 else 0x25)
    r[0x90:0xC0] = hashlib.sha384(b"simulated launch").digest()
    r[0x140:0x160] = hashlib.sha256(b"report id").digest()
    r[0x160:0x180] = b"\xff" * 32
    for at in (0x38, 0x180, 0x1E0, 0x1F0):                      # current ... launch TCB
        r[at:at + 8] = tcb(chip)
    r[0x188:0x18B] = bytes(chip.cpuid)
    r[0x1A0:0x1A0 + len(chip.id)] = chip.id
    r[0x1E8:0x1EB] = r[0x1EC:0x1EF] = bytes((38, 55, 1))        # build, minor, major
    if chip.version >= 5:
        struct.pack_into("<QQ", r, 0x1F8, 1, 3)                 # mitigation vectors
    return bytes(r)


def vcek_extensions(chip):
    found = [(AMD + "1", integer(chip.product == "Turin")),
             (AMD + "2", tlv(0x16, chip.product.encode()))]
    found += [(AMD + number, integer(value)) for _, number, value in chip.tcb.values()]
    # No OCTET STRING around the chip's ID: so it is on hardware.
    return found + [(AMD + "4", chip.id)]


def table(certs):
    """The GHCB's certificate table."""
    at = 24 * (len(certs) + 1)
    head = body = b""
    for guid, cert in certs:
        head += uuid.UUID(guid).bytes + struct.pack("<II", at, len(cert))
        body += cert
        at += len(cert)
    return head + bytes(24) + body


def make(put):
    """All SNP fixtures.  Two keys of 4096 bits take their time, so they sign for
    every generation."""
    ark, ask = (rsa.generate_private_key(65537, 4096) for _ in range(2))
    for chip in CHIPS:
        vcek = ec.generate_private_key(ec.SECP384R1())
        root, signer = f"ARK-{chip.product}", f"SEV-{chip.product}"
        c_ark = pss_certificate(root, ark, root, ark, ca=True)
        c_ask = pss_certificate(signer, ask, root, ark, ca=True)
        c_vcek = pss_certificate("SEV-VCEK", vcek, signer, ask, extensions=vcek_extensions(chip))
        fixture = f"snp-v{chip.version}"
        put(fixture, "template", report(chip))
        put(fixture, "recipe", f"data 80 64\nservice 80\nlevel 48\nsign amd sha384 0 {SIGNED_LEN} 672\n")
        put(fixture, "key.pem", private_pem(vcek))
        put(fixture, "aux", table(((VCEK, c_vcek), (ASK, c_ask), (ARK, c_ark))))
        put(fixture, "init-data", f"{HOST_DATA} 32\n")
        put(fixture, "roots/ark.der", c_ark)
        # for evidence without certificates, as the KBS's offline store has them
        put(fixture, "store/ask.der", c_ask)
        put(fixture, "store/vcek.der", c_vcek)
