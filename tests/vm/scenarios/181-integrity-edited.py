# SPDX-License-Identifier: GPL-2.0-or-later
"""The host edits what no tag protects: a header that has no tags any more (H2) and a
superblock that is not the one of the header are refused, nothing is opened; a
layout that is only moved gives errors, not data."""

import os
import struct
import sys
from dataclasses import replace
from pathlib import Path

from harness import luks
from harness.disk import MIB, Partition
from harness.vm import UNLOCK

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "headers"))

from header import AREA, Header                 # noqa: E402

SIZE = 24 * MIB
SUITE = luks.SUITES["hmac"]


def superblock(offset, form, value):
    """An edit of one field: struct superblock of dm-integrity."""
    def edit(raw):
        struct.pack_into(form, raw, luks.DATA_OFFSET + offset, value)
    return edit


def header(change):
    """An edit of the segment in both copies, with right checksums."""
    def edit(raw):
        h = Header(bytes(raw[:AREA]))
        for metadata in h.json:
            change(metadata["segments"]["0"])
        raw[:AREA] = h.bytes()
    return edit


def drop(segment):
    del segment["integrity"]


def drop_all(segment):
    del segment["integrity"]
    segment["encryption"] = "cipher_null-ecb"


CASES = {
    # name: edit, code
    "no-tags": (header(drop), "HEADER_PROFILE"),
    "no-cipher": (header(drop_all), "HEADER_PROFILE"),
    "magic": (superblock(0, "8s", bytes(8)), "HEADER_FORMAT"),
    "version": (superblock(8, "B", 7), "HEADER_FORMAT"),
    "tag": (superblock(10, "<H", 16), "HEADER_FORMAT"),
    "sectors": (superblock(16, "<Q", 1 << 40), "HEADER_FORMAT"),
    "recalculate": (superblock(24, "<I", 0xa), "HEADER_PROFILE"),
    "more": (superblock(16, "<Q", 16000), "HEADER_FORMAT"),
    "moved": (superblock(12, "<I", 2), None),
    "less": (superblock(16, "<Q", 2048), None),
}


def setup(vm):
    vm.disk.parts, vm.config["volume root"] = [], None
    vm.persistent_ak = True
    vm.modules += ["dm-integrity", "authenc"]
    vm.steps = []
    for n, name in enumerate(CASES):
        volume = replace(luks.Volume(), uuid=f"{n}f0c1f3e-6a55-4b0e-9d0f-7b1f5c6f0a11")
        part = Partition(name, volume)
        part.blank(SIZE)
        vm.disk.parts.append(part)
        vm.kbs.resources[f"default/disk/{name}"] = luks.to_make(volume, suite=SUITE)
        unlock(vm, name, {"wipe": "quick", "provision": "if-permitted"})
        vm.step(f"read-{name}", f"dd if=/dev/mapper/{name} bs=4096 count=1")


def unlock(vm, name, changes):
    config = vm.variant(name, {f"volume {name}": {
        "device": f"PARTLABEL={name}", "key": f"kbs:///default/disk/{name}",
        "integrity": SUITE.integrity, **changes}})
    vm.step(name, f"{UNLOCK} --config {config}")


def edit_disk(vm):
    with open(vm.disk.path, "r+b") as f:
        for n, (change, _) in enumerate(CASES.values()):
            f.seek(MIB + n * SIZE)
            raw = bytearray(f.read(SIZE))
            before = bytes(raw)
            change(raw)
            assert raw != before
            f.seek(MIB + n * SIZE)
            f.write(raw)
        os.fsync(f.fileno())


def check(r):
    r.ended()
    for name in CASES:
        r.succeeded(name)
        r.equal(r.steps[f"read-{name}"].out, bytes(4096), f"{name}: its first page")
    edit_disk(r.vm)
    # who has no MAC in the KBS depends on the profile alone
    r.vm.kbs.resources.update({f"default/disk/{name}": luks.PASSPHRASE for name in CASES})

    def again(vm):
        vm.files = dict(vm.files)
        for name in CASES:
            unlock(vm, name, {})
            vm.step(f"read-{name}", f"dd if=/dev/mapper/{name} bs=4096 count=1")
    other = r.after("edited", again)
    other.ended()
    for name, (_, code) in CASES.items():
        if code:
            other.failed(name, code)
            other.expect(name not in other.mappings(), f"{name}: is mapped")
            continue
        other.succeeded(name)
    other.equal(set(other.mappings()), {n + s for n, (_, code) in CASES.items() if not code
                                        for s in ("", "_dif")}, "mappings")
    other.equal(other.steps["read-moved"].out, b"", "moved: what was read")
    other.expect("Input/output error" in other.steps["read-moved"].err, "moved: no error")
    other.equal(other.steps["read-less"].out, bytes(4096), "less: its first page")
