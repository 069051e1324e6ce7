# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes with tags of each kind are made in the boot, as the KBS says: they hold
what is written, the next boot opens them with authenticated headers at level 4,
and a byte that the host changes is an error, not data."""

from dataclasses import replace

from harness import initrd, luks
from harness.disk import MIB, Partition
from harness.vm import UNLOCK

TEE = "tdx"
KERNEL = "trixie-backports"
SIZE = 48 * MIB
VOLUMES = {
    # name: suite, bytes of a sector, how it is wiped, file system
    "hmac512": ("hmac", 512, "full", "ext4"),
    "hmac4096": ("hmac", 4096, "quick", "ext4"),
    "gcm512": ("gcm", 512, "quick", "none"),
    "gcm4096": ("gcm", 4096, "auto", "ext4"),
    "aegis512": ("aegis", 512, "full", "none"),
    "aegis4096": ("aegis", 4096, "quick", "ext4"),
}
PLACE = 8 * MIB                     # of a mapping: where the pattern is
WRITE = """
yes {name} | head -c 65536 > /tmp/pattern
dd if=/tmp/pattern of=/dev/mapper/{name} bs=65536 seek=128 conv=fsync,notrunc
"""
MOUNT = """
mount -t ext4 /dev/mapper/{name} /mnt && echo {name} > /mnt/marker && umount /mnt
"""
READ = "dd if=/dev/mapper/{name} bs=65536 skip=128 count=1"
READ_FILE = "mount -t ext4 -o ro /dev/mapper/{name} /mnt && cat /mnt/marker; umount /mnt"
FLIPPED = 36 * MIB                  # of a partition: amid data, behind all tags of its run
READ_ALL = "dd if=/dev/mapper/{name} of=/dev/null bs=65536"


def setup(vm):
    vm.disk.parts, vm.config["volume root"] = [], None
    for n, (name, (suite, sector, wipe, mkfs)) in enumerate(VOLUMES.items()):
        volume = replace(luks.Volume(), sector_size=sector,
                         uuid=f"{n}f0c1f3e-6a55-4b0e-9d0f-7b1f5c6f0a11")
        part = Partition(name, volume)
        part.blank(SIZE)
        vm.disk.parts.append(part)
        path = f"default/disk/{name}"
        suite = luks.SUITES[suite]
        vm.kbs.resources[path] = luks.to_make(volume, suite=suite)
        vm.config[f"volume {name}"] = {
            "device": f"PARTLABEL={name}", "key": f"kbs:///{path}", "wipe": wipe,
            "integrity": suite.integrity, "provision": "if-permitted", "mkfs": mkfs}
    vm.files.update(initrd.program("/sbin/mkfs.ext4"))
    vm.modules += ["ext4", "dm-integrity", "authenc", "gcm", "ghash-generic", "aegis128"]
    vm.limit = 400
    for name, (*_, mkfs) in VOLUMES.items():
        vm.step(f"write-{name}", (MOUNT if mkfs == "ext4" else WRITE).format(name=name))


def check_tables(r):
    mappings = r.mappings()
    for name, (suite, sector, *_) in VOLUMES.items():
        suite = luks.SUITES[suite]
        if not r.expect({name, f"{name}_dif"} <= set(mappings), f"{name}: no mappings"):
            continue
        words, below = (mappings[n][2].split() for n in (name, f"{name}_dif"))
        r.equal(words[2:4], ["crypt", suite.table], f"{name}: table")
        r.expect(f"integrity:{suite.tag}:aead" in words, f"{name}: {words}")
        r.equal(below[2:3] + below[4:7], ["integrity", "32768", str(suite.tag), "J"],
                f"{name}: table below")
        r.equal("sector_size:4096" in words, sector == 4096, f"{name}: sector size")


def check(r):
    r.ended()
    r.succeeded()
    for name in VOLUMES:
        r.succeeded(f"write-{name}")
    check_tables(r)
    report = r.report()
    lines = r.steps["unlock"].err.count(": wiped ")
    r.equal(lines, 20 * sum(wipe != "quick" for _, _, wipe, _ in VOLUMES.values()),
            "lines of progress")
    for volume in report["volumes"]:
        name = volume["name"]
        suite = luks.SUITES[VOLUMES[name][0]]
        r.equal((volume["integrity"], volume["header"], volume["made"]),
                (suite.integrity, "authenticated", True), f"{name}: report")
        r.vm.kbs.resources[f"default/disk/{name}"] = luks.made(volume)

    def read(vm):
        vm.steps = [("unlock", UNLOCK)]
        for name, (_, _, wipe, mkfs) in VOLUMES.items():
            vm.step(f"read-{name}", (READ_FILE if mkfs == "ext4" else READ).format(name=name))
            if wipe != "quick":
                vm.step(f"all-{name}", READ_ALL.format(name=name))
    second = r.after("second", read)
    second.ended()
    second.succeeded()
    check_tables(second)
    for name, (_, _, wipe, mkfs) in VOLUMES.items():
        wanted = f"{name}\n".encode()
        if mkfs != "ext4":
            wanted = (wanted * 65536)[:65536]
        second.equal(second.steps[f"read-{name}"].out, wanted, f"{name}: what was written")
        if wipe != "quick":
            second.equal(second.steps[f"all-{name}"].rc, 0, f"{name}: all of it")
    report = second.report()
    second.equal({v["header"] for v in report["volumes"]}, {"authenticated"}, "headers")
    second.equal((report["level"]["nominal"], report["level"]["trustworthy"]), (4, 4), "level")

    with open(r.vm.disk.path, "r+b") as f:
        for n in range(len(VOLUMES)):
            f.seek(MIB + n * SIZE + FLIPPED)
            byte = f.read(1)[0]
            f.seek(-1, 1)
            f.write(bytes([byte ^ 1]))
    third = r.after("flipped", read)
    third.ended()
    third.succeeded()
    for name, (_, _, wipe, _) in VOLUMES.items():
        third.equal(third.steps[f"read-{name}"].out, second.steps[f"read-{name}"].out,
                    f"{name}: the others")
        if wipe == "quick":
            continue
        read_all = third.steps[f"all-{name}"]
        third.expect(read_all.rc != 0 and "Input/output error" in read_all.err,
                     f"{name}: the byte was not seen ({read_all.err})")
