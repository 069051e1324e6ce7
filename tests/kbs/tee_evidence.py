# SPDX-License-Identifier: GPL-2.0-or-later
"""For tests: raw evidence in the JSON forms of the wire, as a guest would do it.

Imports nothing of the verifiers, so that an error there is not repeated here.
"""

import base64
import struct
import uuid

CERT_TYPES = {"c0b406a4-a803-4952-9743-3fb6014cd0ae": "ARK",
              "4ab7b379-bbac-4fe4-a02f-05aef327c782": "ASK",
              "63da758d-e664-4564-adc5-f4b93be8accd": "VCEK",
              "a8074bc2-a25a-483e-aae6-39c045a0b8a1": "VLEK"}


def tcb(raw, turin):
    places = (0, 1, 2, 3, 7) if turin else (None, 0, 1, 6, 7)
    return {name: None if place is None else raw[place]
            for name, place in zip(("fmc", "bootloader", "tee", "snp", "microcode"), places)}


def release(raw):
    return {"major": raw[2], "minor": raw[1], "build": raw[0]}


def snp_report(raw):
    """The struct of kbs-wire.md 4.3."""
    def number(at, form):
        return struct.unpack_from("<" + form, raw, at)[0]

    def array(at, size):
        return list(raw[at:at + size])

    version, turin = number(0, "I"), raw[0x188] == 0x1A
    cpuid = list(raw[0x188:0x18B]) if version > 2 else [None] * 3
    late = [number(0x1F8, "Q"), number(0x200, "Q")] if version >= 5 else [None, None]
    return {
        "version": version, "guest_svn": number(4, "I"), "policy": number(8, "Q"),
        "family_id": array(0x10, 16), "image_id": array(0x20, 16), "vmpl": number(0x30, "I"),
        "sig_algo": number(0x34, "I"), "current_tcb": tcb(raw[0x38:0x40], turin),
        "plat_info": number(0x40, "Q"), "key_info": number(0x48, "I"),
        "report_data": array(0x50, 64), "measurement": array(0x90, 48),
        "host_data": array(0xC0, 32), "id_key_digest": array(0xE0, 48),
        "author_key_digest": array(0x110, 48), "report_id": array(0x140, 32),
        "report_id_ma": array(0x160, 32), "reported_tcb": tcb(raw[0x180:0x188], turin),
        "cpuid_fam_id": cpuid[0], "cpuid_mod_id": cpuid[1], "cpuid_step": cpuid[2],
        "chip_id": array(0x1A0, 64), "committed_tcb": tcb(raw[0x1E0:0x1E8], turin),
        "current": release(raw[0x1E8:]), "committed": release(raw[0x1EC:]),
        "launch_tcb": tcb(raw[0x1F0:0x1F8], turin),
        "launch_mit_vector": late[0], "current_mit_vector": late[1],
        "signature": {"r": array(0x2A0, 72), "s": array(0x2E8, 72)}}


def snp_chain(table):
    """cert_chain of a certificate table."""
    found = []
    for at in range(0, len(table), 24):
        if not any(table[at:at + 24]):
            break
        guid, (start, size) = table[at:at + 16], struct.unpack_from("<II", table, at + 16)
        found.append({"cert_type": CERT_TYPES[str(uuid.UUID(bytes=guid))],
                      "data": list(table[start:start + size])})
    return found or None


def snp(raw, table=b""):
    return {"attestation_report": snp_report(raw), "cert_chain": snp_chain(table)}


def tdx(raw, log=None):
    return {"quote": base64.b64encode(raw).decode(),
            "cc_eventlog": None if log is None else base64.b64encode(log).decode()}


def csv_certificate(raw):
    """A PEK as csv-rs writes it."""
    def number(at, form):
        return struct.unpack_from("<" + form, raw, at)[0]

    def array(at, size):
        return list(raw[at:at + size])

    return {
        "body": {"ver": number(0, "I"), "data": {
            "firmware": {"major": raw[4], "minor": raw[5]}, "reserved1": number(6, "H"),
            "pubkey": {"usage": number(8, "I"), "algo": number(12, "I"),
                       "key": {"g": number(16, "I"), "x": array(20, 72), "y": array(92, 72)}},
            "uid_size": number(164, "H"), "user_id": array(166, 254), "sid": array(420, 16),
            "reserved2": array(436, 608)}},
        "sigs": [{"usage": number(at, "I"), "algo": number(at + 4, "I"),
                  "signature": {"r": array(at + 8, 72), "s": array(at + 80, 72)},
                  "_reserved": array(at + 152, 368)} for at in (1044, 1564)]}


def csv(raw, log=None, extended=False):
    """From a page as the firmware fills it: what is disguised of the signer is bared."""
    page, at = bytearray(raw.ljust(4096, b"\0")), 1168 if extended else 336
    if not extended:
        for n in range(at, at + 2148):
            page[n] ^= page[188 + n % 4]
    page[at + 2148:at + 2180] = bytes(32)
    return {"attestation_report": {"magic": list(b"ATTESTATION_EXT\0" if extended else bytes(16)),
                                   "flags": int(extended), "data": list(page)},
            "cert_chain": {"pek": csv_certificate(page[at:])},
            "serial_number": list(page[at + 2084:at + 2148]),
            "cc_eventlog": None if log is None else base64.b64encode(log).decode()}


def cca(raw):
    return {"token": list(raw)}
