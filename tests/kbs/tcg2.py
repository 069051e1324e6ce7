# SPDX-License-Identifier: GPL-2.0-or-later
"""CC event logs: parsed and replayed as Trustee does it (kbs-wire.md 5.3).

What Trustee takes for fatal is a ValueError here; nothing is let pass that it
refuses.  Unlike the TCG has it, EV_NO_ACTION is replayed as well.
"""

import base64
import hashlib
import json
import struct

from fields import Fields

EV_NO_ACTION, EV_EVENT_TAG = 3, 6
AAEL_TAG = 0x4141454C
ENDS = (b"\xff" * 8, b"\0" * 8)

TYPES = {
    0x00: "EV_PREBOOT_CERT", 0x01: "EV_POST_CODE", 0x02: "EV_UNUSED", 0x03: "EV_NO_ACTION",
    0x04: "EV_SEPARATOR", 0x05: "EV_ACTION", 0x06: "EV_EVENT_TAG", 0x07: "EV_S_CRTM_CONTENTS",
    0x08: "EV_S_CRTM_VERSION", 0x09: "EV_CPU_MICROCODE", 0x0A: "EV_PLATFORM_CONFIG_FLAGS",
    0x0B: "EV_TABLE_OF_DEVICES", 0x0C: "EV_COMPACT_HASH", 0x0D: "EV_IPL",
    0x0E: "EV_IPL_PARTITION_DATA", 0x0F: "EV_NONHOST_CODE", 0x10: "EV_NONHOST_CONFIG",
    0x11: "EV_NONHOST_INFO", 0x12: "EV_OMIT_BOOT_DEVICE_EVENTS",
    0x80000000: "EV_EFI_EVENT_BASE", 0x80000001: "EV_EFI_VARIABLE_DRIVER_CONFIG",
    0x80000002: "EV_EFI_VARIABLE_BOOT", 0x80000003: "EV_EFI_BOOT_SERVICES_APPLICATION",
    0x80000004: "EV_EFI_BOOT_SERVICES_DRIVER", 0x80000005: "EV_EFI_RUNTIME_SERVICES_DRIVER",
    0x80000006: "EV_EFI_GPT_EVENT", 0x80000007: "EV_EFI_ACTION",
    0x80000008: "EV_EFI_PLATFORM_FIRMWARE_BLOB", 0x80000009: "EV_EFI_HANDOFF_TABLES",
    0x8000000A: "EV_EFI_PLATFORM_FIRMWARE_BLOB2", 0x8000000B: "EV_EFI_HANDOFF_TABLES2",
    0x8000000C: "EV_EFI_VARIABLE_BOOT2", 0x80000010: "EV_EFI_HCRTM_EVENT",
    0x800000E0: "EV_EFI_VARIABLE_AUTHORITY", 0x800000E1: "EV_EFI_SPDM_FIRMWARE_BLOB",
    0x800000E2: "EV_EFI_SPDM_FIRMWARE_CONFIG",
}
# SHA-1 is known to the format, but a log that uses it is refused.
ALGORITHMS = {0x0B: ("SHA-256", 32), 0x0C: ("SHA-384", 48), 0x0D: ("SHA-512", 64),
              0x12: ("SM3", 32)}
HASHLIB = {"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512", "SM3": "sm3"}


def digest(algorithm, data):
    return hashlib.new(HASHLIB[algorithm], data).digest()


def _header(log):
    """The algorithms that the records may use: id -> size."""
    log.take(4)                                     # the index says nothing
    if log.u32() != EV_NO_ACTION:
        raise ValueError("event log: it does not begin with a header")
    log.take(20)
    spec = Fields(log.take(log.u32()))
    spec.take(24)
    table = {}
    for _ in range(spec.u32()):
        number, size = spec.u16(), spec.u16()
        table[number] = size
    spec.take(spec.u8())
    spec.end()
    return table


def _digests(log, table):
    found = []
    for _ in range(log.u32()):
        number = log.u16()
        if number not in ALGORITHMS or number not in table:
            raise ValueError(f"event log: algorithm {number:#x} is unknown or not in the header")
        name, size = ALGORITHMS[number]
        found.append((name, log.take(size)))
    return found


def _details(kind, event):
    """What Trustee tells of an AAEL event; of others we tell nothing."""
    if kind != EV_EVENT_TAG or len(event) < 8 or \
            struct.unpack_from("<I", event)[0] != AAEL_TAG:
        return {}
    size = struct.unpack_from("<I", event, 4)[0]
    try:
        text = event[8:8 + size].decode()
    except UnicodeDecodeError:
        raise ValueError("event log: an AAEL event is not UTF-8") from None
    parts = text.split(" ", 2)
    if len(event) != 8 + size or len(parts) != 3:
        raise ValueError("event log: an AAEL event is not '<domain> <operation> <content>'")
    try:
        content = json.loads(parts[2])
    except ValueError:
        content = parts[2]
    return {"unicode_name": "AAEL", "data": {"domain": parts[0], "operation": parts[1],
                                             "content": content}}


def _entry(log, table):
    index, kind = log.u32(), log.u32()
    if kind not in TYPES:
        raise ValueError(f"event log: unknown type {kind:#x}")
    digests = _digests(log, table)
    event = log.take(log.u32())
    return {"index": index, "type_name": TYPES[kind], "event": event, "digests": digests,
            "details": _details(kind, event)}


def parse(data):
    """The events, as dictionaries; digests as (name, bytes)."""
    log = Fields(data)
    table = _header(log)
    events = []
    while log.left() and log.peek(8) not in ENDS:
        events.append(_entry(log, table))
    return events


def replay(events, index, algorithm="SHA-384"):
    """The value that register `index` had after these events."""
    value = bytes(next(size for name, size in ALGORITHMS.values() if name == algorithm))
    for event in events:
        if event["index"] == index:
            for name, measured in event["digests"]:
                if name == algorithm:
                    value = digest(name, value + measured)
    return value


def claims(events):
    """The token's uefi_event_logs."""
    return [{"index": event["index"], "type_name": event["type_name"],
             "event": base64.b64encode(event["event"]).decode(),
             "digests": [{"alg": name, "digest": value.hex()}
                         for name, value in event["digests"]],
             "digest_matches_event": bool(event["digests"]) and
             all(digest(name, event["event"]) == value for name, value in event["digests"]),
             "details": event["details"]} for event in events]
