# SPDX-License-Identifier: GPL-2.0-or-later
"""What is not LUKS2 is not opened, whatever its label says."""

LUKS1 = ["cryptsetup", "luksFormat", "-q", "--type", "luks1", "--key-file", "-",
         "--pbkdf-force-iterations", "1000"]


def setup(vm):
    vm.persistent_ak = True
    disk = vm.disk
    disk.root.label = "ext4"
    disk.root.made_by(["mke2fs", "-q", "-t", "ext4", "-L", "root"])
    disk.add("luks1").made_by(LUKS1)
    disk.add("zeros").replace(bytes(1 << 20))
    disk.add("ones").replace(b"\xff" * (1 << 20))
    disk.add("one-sector").cut(512)
    disk.add("half-a-header").cut(16384)
    disk.add("no-keyslots").cut(32768)
    vm.steps.clear()
    for part in disk.parts:
        path = vm.variant(part.label, {"volume root": {"device": f"PARTLABEL={part.label}"}})
        vm.step(part.label, f"exec postern unlock --config {path}")


def check(r):
    r.ended()
    for part in r.vm.disk.parts:
        r.failed(part.label, "HEADER_FORMAT")
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()
