# SPDX-License-Identifier: GPL-2.0-or-later
"""Swap and scratch with a key of this boot: they work, also where an earlier boot
left its noise, and what somebody may want is not written over."""

import os

from harness import initrd, luks
from harness.disk import MIB
from harness.vm import READ_MARKER

SIZE = 24 << 20
# what a device holds that is refused: bytes at an offset
USED = {"gpt": (512, b"EFI PART"), "xfs": (0, b"XFSB"), "btrfs": (0x10040, b"_BHRfS_M"),
        "lvm": (512, b"LABELONE"), "backup-gpt": (-512, b"EFI PART")}
STEPS = [("unlock", "exec postern unlock"), ("mount", READ_MARKER),
         ("swapon", "busybox swapon /dev/mapper/swap && cat /proc/swaps"),
         ("swapoff", "busybox swapoff /dev/mapper/swap"),
         ("scratch", "mkdir /s && mount /dev/mapper/scratch /s && ls /s && echo x > /s/x; "
                     "umount /s"),
         ("plain", "od -An -tx1 -N 16 /dev/mapper/plain")]


def holding(offset, data):
    def edit(path):
        path.write_bytes(b"")
        os.truncate(path, SIZE)
        with open(path, "r+b") as f:
            f.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
            f.write(data)
    return edit


def setup(vm):
    disk = vm.disk
    disk.add("swap").edits.append(holding(4086, b"SWAPSPACE2"))
    disk.add("scratch").blank(SIZE)
    disk.add("plain").blank(SIZE)
    for name, what in USED.items():
        disk.add(name).edits.append(holding(*what))
    disk.add("luks")
    disk.add("ext4").edits.append(lambda path: luks.ext4(path, b"data", SIZE))
    for name, mkfs in (("swap", "swap"), ("scratch", "ext4"), ("plain", None)):
        vm.config[f"volume {name}"] = {"device": f"PARTLABEL={name}", "key": "random",
                                       "mkfs": mkfs}
    vm.config["volume scratch"]["sector-size"] = 4096
    vm.refused = [*USED, "luks", "ext4"]
    for name in vm.refused:
        vm.config[f"volume {name}"] = {"device": f"PARTLABEL={name}", "key": "random",
                                       "nofail": "yes"}
    # the root volume's partition, which is open by then
    vm.config["volume again"] = {"device": "PARTLABEL=root", "key": "random", "nofail": "yes"}
    vm.files.update(initrd.program("/sbin/mkfs.ext4"))
    vm.modules.append("ext4")
    vm.persistent_ak = True
    vm.steps = STEPS


def good(r):
    r.ended()
    for name, _ in STEPS:
        r.succeeded(name)
    mappings = r.mappings()
    r.equal(sorted(mappings), ["plain", "root", "scratch", "swap"], "mappings")
    r.expect(b"/dev/mapper/swap" in r.steps["swapon"].out or
             b"/dev/dm-" in r.steps["swapon"].out, "the swap area is not used")
    r.equal(r.steps["scratch"].out, b"lost+found\n", "a new file system")
    for name in ("plain", "scratch", "swap"):
        words = mappings.get(name, ("", 0, ""))[2].split()
        r.equal(words[:4], ["0", str(SIZE // 512), "crypt", "aes-xts-plain64"], f"{name}: table")
        r.expect(words[4].startswith(":64:logon:cryptsetup:"), f"{name}: the key in the table")
        r.equal((words[5], words[7]), ("0", "0"), f"{name}: IV offset and start")
    found = {v["name"]: v for v in r.report()["volumes"]}
    r.equal((found["swap"]["header"], found["swap"]["uuid"]), ("random", None), "report")
    for name in [*r.vm.refused, "again"]:
        r.equal(found[name].get("skipped"), "PROVISION", f"report on {name}")
    r.replays()
    r.events("config", "kbs", "volume root", "random swap", "random scratch", "random plain",
             "leave")


def parts(r):
    """Name -> contents of each partition."""
    out, at = {}, MIB
    with open(r.vm.disk.path, "rb") as f:
        for part in r.vm.disk.parts:
            size = luks.DATA_OFFSET + luks.PAYLOAD if part.label in ("root", "luks") else SIZE
            f.seek(at)
            out[part.label] = f.read(size)
            at += size
    return out


def check(r):
    good(r)
    first = parts(r)
    noise = first["swap"][:4096]
    r.expect(b"SWAPSPACE2" not in noise and noise.count(0) < 64, "the swap area is in the clear")
    r.equal(first["plain"], bytes(SIZE), "what is written without mkfs")
    second = r.after("second", lambda vm: setattr(vm, "steps", STEPS))
    good(second)
    r.expect(second.steps["plain"].out != r.steps["plain"].out, "the same key a second time")
    now = parts(second)
    for name in r.vm.refused:
        r.expect(now[name] == first[name], f"{name} was written to")
    r.expect(now["root"] == first["root"], "root was written to")
