# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS says that the volume is to be made, but the disk holds something: it is
not touched, whatever it is; nor is a blank one without both permissions."""

import os
from dataclasses import replace

from harness import luks
from harness.disk import Partition
from harness.vm import KEY_PATH

SIZE = 24 << 20


def put(offset, data):
    def edit(path):
        path.write_bytes(b"")
        os.truncate(path, SIZE)
        with open(path, "r+b") as f:
            f.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
            f.write(data)
    return edit


def cut_second(path):
    with open(path, "r+b") as f:
        f.seek(16384)
        f.write(bytes(16384))


def setup(vm):
    other = replace(vm.volume, uuid="11111111-2222-4333-8444-555555555555")
    cases = {
        # label: (volume, edit, code)
        "ext4": (None, lambda path: luks.ext4(path, b"data", SIZE), "PROVISION"),
        "swap": (None, put(4086, b"SWAPSPACE2"), "PROVISION"),
        "gpt": (None, put(512, b"EFI PART"), "PROVISION"),
        "backup-gpt": (None, put(-512, b"EFI PART"), "PROVISION"),
        "btrfs": (None, put(65600, b"_BHRfS_M"), "PROVISION"),
        "one-byte": (None, put((17 << 20) - 1, b"\1"), "PROVISION"),
        "false-mark": (None, put(0, b"postern unfinished volume v1\n" + vm.volume.uuid.encode()),
                       "PROVISION"),
        "luks1": (None, put(0, b"LUKS\xba\xbe\0\1"), "HEADER_FORMAT"),
        "other-uuid": (other, None, "PROVISION"),
        "other-key": (replace(vm.volume, passphrase=b"another key" * 4), None, "KEY_REJECTED"),
        "other-sectors": (replace(vm.volume, sector_size=4096), None, "HEADER_PROFILE"),
        "one-copy": (None, cut_second, "HEADER_FORMAT"),
    }
    vm.codes = {name: code for name, (_, _, code) in cases.items()}
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.kbs.resources["default/disk/known"] = vm.descriptor()
    vm.config["volume root"]["provision"] = "if-permitted"
    vm.persistent_ak = True
    vm.disk.parts, vm.steps = [], []
    for name, (volume, edit, _) in cases.items():
        part = Partition(name, volume)
        if edit:
            part.edits.append(edit)
        vm.disk.parts.append(part)
    for name in ("blank", "small"):
        part = Partition(name)
        part.blank(SIZE if name == "blank" else 12 << 20)
        vm.disk.parts.append(part)
    for name in cases:
        step(vm, name, {"device": f"PARTLABEL={name}"})
    step(vm, "small", {"device": "PARTLABEL=small"})
    step(vm, "not-permitted", {"device": "PARTLABEL=blank", "provision": "no"})
    step(vm, "not-asked", {"device": "PARTLABEL=blank", "key": "kbs:///default/disk/known"})
    step(vm, "no-mkfs", {"device": "PARTLABEL=blank", "mkfs": "ext4"})
    vm.codes.update({"small": "PROVISION", "not-permitted": "PROVISION",
                     "not-asked": "HEADER_FORMAT", "no-mkfs": "PROVISION"})


def step(vm, name, changes):
    path = vm.variant(name, {"volume root": changes})
    vm.step(name, f"exec postern unlock --config {path}")


def check(r):
    r.ended()
    for name, code in r.vm.codes.items():
        r.failed(name, code)
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()
