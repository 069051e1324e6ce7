# SPDX-License-Identifier: GPL-2.0-or-later
"""Azure's HCL report (tee-abi.md 4.5) around a report of the hardware."""

import base64
import hashlib
import json
import struct

import fixture_sign

SNP, TDX = 2, 4
HARDWARE_AT, HARDWARE_LEN = 0x20, 1184
CLAIMS_AT = 0x4D4
REPORT_DATA_AT, MRTD_AT = 128, 528          # in a TDREPORT
MRTD = b"M" * 48
MRTD_REGISTER = 4                           # in tsm_sim.h


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(ak, user_data):
    """The JSON of a VM with this AK; USER_DATA None: the paravisor knows of none."""
    numbers = ak.public_numbers()
    found = {"keys": [{"kid": "HCLAkPub", "key_ops": ["sign"], "kty": "RSA",
                       "e": b64url(numbers.e.to_bytes(3, "big")),
                       "n": b64url(numbers.n.to_bytes(256, "big"))}],
             "vm-configuration": {"secure-boot": True, "tpm-enabled": True,
                                  "vmUniqueId": "6E1D9F4C-0001-4B5A-9C3D-000000000001"}}
    if user_data is not None:
        found["user-data"] = user_data.ljust(64, b"\0").hex().upper()
    return json.dumps(found, separators=(",", ":")).encode()


def report(kind, hardware_of, ak, user_data):
    """HARDWARE_OF(report data) is the hardware's report."""
    text = claims(ak, user_data)
    hardware = hardware_of(hashlib.sha256(text).digest().ljust(64, b"\0"))
    size = CLAIMS_AT + len(text)
    return (b"HCLA" + struct.pack("<IIII12x", 2 if kind == TDX else 1, size, 2, 0) +
            hardware.ljust(HARDWARE_LEN, b"\0") +
            struct.pack("<IIIII", 20 + len(text), 1, kind, 1, len(text)) + text)


def tdreport(data):
    """Without MAC, which only the CPU could make or check."""
    found = bytearray(1024)
    found[0] = 0x81
    found[REPORT_DATA_AT:REPORT_DATA_AT + 64] = data
    found[MRTD_AT:MRTD_AT + 48] = MRTD
    return bytes(found)


def td_quote(fixture, tdreport):
    """The quote that the quoting enclave makes of a TDREPORT."""
    return fixture_sign.evidence(fixture, tdreport[REPORT_DATA_AT:REPORT_DATA_AT + 64],
                                 {MRTD_REGISTER: tdreport[MRTD_AT:MRTD_AT + 48]})
