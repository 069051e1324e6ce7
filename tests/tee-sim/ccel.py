# SPDX-License-Identifier: GPL-2.0-or-later
"""A CC event log as firmware, boot loader and kernel would leave it, the registers
that it replays to, and the ACPI table that points to it (tee-abi.md 2.5).

QEMU shows both to a guest with stock options (arguments())."""

import hashlib
import struct
from typing import NamedTuple

EV_NO_ACTION, EV_SEPARATOR, EV_IPL = 3, 4, 0x0D
EV_EFI_VARIABLE_DRIVER_CONFIG, EV_EFI_BOOT_SERVICES_APPLICATION = 0x80000001, 0x80000003
EV_EFI_ACTION, EV_EFI_HANDOFF_TABLES2 = 0x80000007, 0x8000000B
TPM_ALG_SHA384 = 0x000C
AREA_LEN = 0x10000
# In the guest's memory, out of which `memmap=` takes it.
ADDRESS = 0x10000000
CCEL_TDX = 2


class Event(NamedTuple):
    mr: int             # RTMR number + 1
    type: int
    data: bytes
    measured: bytes = None      # None: the data itself

    def digest(self):
        return hashlib.sha384(self.data if self.measured is None else self.measured).digest()

    def encode(self):
        return struct.pack("<IIIH", self.mr, self.type, 1, TPM_ALG_SHA384) + self.digest() + \
            struct.pack("<I", len(self.data)) + self.data


BOOT = (
    Event(1, EV_EFI_HANDOFF_TABLES2, b"\x08TdxTable" + bytes(40), b"the hand-off block"),
    Event(1, EV_EFI_VARIABLE_DRIVER_CONFIG, "SecureBoot".encode("utf-16-le") + b"\1"),
    Event(1, EV_SEPARATOR, bytes(4)),
    Event(2, EV_EFI_ACTION, b"Calling EFI Application from Boot Option"),
    Event(2, EV_EFI_BOOT_SERVICES_APPLICATION, b"a device path", b"an image"),
    Event(2, EV_SEPARATOR, bytes(4)),
    Event(3, EV_IPL, b"kernel_cmdline: quiet"),
    Event(3, EV_IPL, b"initrd", b"an initramfs"),
)


def header():
    """The record that says which hashes follow."""
    spec = b"Spec ID Event03\0" + struct.pack("<IBBBBI", 0, 0, 2, 0, 2, 1) + \
        struct.pack("<HH", TPM_ALG_SHA384, 48) + b"\0"
    return struct.pack("<II20sI", 1, EV_NO_ACTION, bytes(20), len(spec)) + spec


def encode(events=BOOT):
    return header() + b"".join(event.encode() for event in events)


def replay(events=BOOT):
    """RTMR0..3 after these events."""
    registers = [bytes(48)] * 4
    for event in events:
        old = registers[event.mr - 1]
        registers[event.mr - 1] = hashlib.sha384(old + event.digest()).digest()
    return registers


def arguments(directory, log=None):
    """Write log area and table to `directory`; QEMU's options and the kernel's."""
    log = encode() if log is None else log
    (directory / "ccel.log").write_bytes(log.ljust(AREA_LEN, b"\xff"))
    (directory / "ccel.body").write_bytes(
        struct.pack("<BBHQQ", CCEL_TDX, 0, 0, AREA_LEN, ADDRESS))
    qemu = ["-acpitable", f"sig=CCEL,rev=1,data={directory}/ccel.body",
            "-device", f"loader,file={directory}/ccel.log,addr={ADDRESS:#x},force-raw=on"]
    return qemu, f"memmap=64K${ADDRESS:#x}"
