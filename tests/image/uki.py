# SPDX-License-Identifier: GPL-2.0-or-later
"""A UKI under UEFI: firmware, stub, kernel, systemd and postern measure into one TPM,
and what they say they measured replays to its registers.

The firmware's log is that of the TCG PC Client Platform Firmware Profile, section 10
("Event Logging"): a header in the old format, then records with a digest for each bank."""

import base64
import hashlib
import re
import struct

import opens
import stage
from tap import check

BANKS = {0x04: "sha1", 0x0b: "sha256", 0x0c: "sha384", 0x0d: "sha512"}
EV_NO_ACTION, EV_IPL = 3, 0x0d
EV_EFI_BOOT_SERVICES_APPLICATION = 0x80000003
# 16 and above can be reset; 10 is that of the kernel's IMA, which has a log of its own.
REGISTERS = sorted(set(range(16)) - {10})
# What the stub measures of a UKI, each as the section's name and then its content.
SECTIONS = (".linux", ".osrel", ".cmdline", ".initrd", ".uname")


class Log:
    """Bytes, taken from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        check(self.at + size <= len(self.data), "the firmware's log is cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def numbers(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def more(self):
        return self.at < len(self.data)


def firmware_log(data):
    """[(register, type, {bank: digest}, event)]"""
    log, records = Log(data), []
    _, kind = log.numbers("II")
    log.take(20)
    head = Log(log.take(*log.numbers("I")))
    check(kind == EV_NO_ACTION and head.take(16) == b"Spec ID Event03\0", "not such a log")
    head.take(8)
    sizes = dict(head.numbers("HH") for _ in range(*head.numbers("I")))
    while log.more():
        register, kind, count = log.numbers("III")
        digests = {}
        for _ in range(count):
            number, = log.numbers("H")
            digests[BANKS[number]] = log.take(sizes[number])
        records.append((register, kind, digests, log.take(*log.numbers("I"))))
    return records


def userspace_log(text):
    return [(record["pcr"], {d["hashAlg"]: bytes.fromhex(d["digest"])
                             for d in record["digests"]}) for record in opens.json_seq(text)]


def registers(facts):
    """{(bank, register): value}"""
    found = re.findall(r"pcr-(\w+)/(\d+):([0-9A-Fa-f]+)", facts["pcrs"])
    return {(bank, int(register)): bytes.fromhex(value) for bank, register, value in found}


def firmware(facts):
    return firmware_log(base64.b64decode(facts["firmware-log"]))


def all_replays(facts, world):
    """the logs of firmware and userspace replay to PCRs 0 to 15 but 10, in each bank"""
    steps = [(register, digests) for register, kind, digests, _ in firmware(facts)
             if kind != EV_NO_ACTION] + userspace_log(facts["tpm2-measure.log"])
    have = registers(facts)
    banks = {bank for bank, _ in have}
    check(len(banks) >= 2, banks)
    for bank in banks:
        values = {register: bytes(hashlib.new(bank).digest_size) for register in REGISTERS}
        for register, digests in steps:
            values[register] = hashlib.new(bank, values[register] + digests[bank]).digest()
        wrong = [register for register in REGISTERS if have[bank, register] != values[register]]
        check(not wrong, f"{bank}: PCRs {wrong}")
        check(any(values[4]) and any(values[11]), f"{bank}: nothing was measured")


def stub_measured(facts, world):
    """PCR 4 has the UKI, PCR 11 each of its sections, and nothing is in PCR 12"""
    records = firmware(facts)
    check(any(register == 4 and kind == EV_EFI_BOOT_SERVICES_APPLICATION
              for register, kind, _, _ in records), "no application in PCR 4")
    named = [event.decode("utf-16-le" if b"\0" in event[:-1] else "ascii").rstrip("\0")
             for register, kind, _, event in records if (register, kind) == (11, EV_IPL)]
    check(set(SECTIONS) <= set(named), named)
    check(not any(register == 12 for register, *_ in records), "something was added")


def ours_come_first(facts, world):
    """postern's records are the first in PCR 15"""
    ours = [r["digests"] for r in opens.json_seq(facts["eventlog"])]
    in_15 = [r["digests"] for r in opens.json_seq(facts["tpm2-measure.log"]) if r["pcr"] == 15]
    check(len(ours) == 5 and in_15[:5] == ours, in_15)
    check(not any(register == 15 for register, *_ in firmware(facts)), "the firmware used it")


# Later, systemd measures the machine's ID into PCR 15, so that one replays with all.
CHECKS = tuple(c for c in opens.OPENS if c is not opens.replays and
               c is not opens.systemd_log_too) + (all_replays, stub_measured, ours_come_first)


def from_uki(world):
    world.uki = world.image / "uki.efi"


def test(tap, image, out):
    world = stage.boot(image, out / "uki", change=from_uki)
    opens.judge(tap, world, "UKI: ", CHECKS)
