# SPDX-License-Identifier: GPL-2.0-or-later
"""Only the host's disk is there, and looks like the owner's: its own key, the right
passphrase before another volume key, no encryption, LUKS1, another verity tree."""

from dataclasses import replace

from harness import luks, verity
from harness.vm import KEY_PATH

BOUND = "default/disk/bound"
OTHER = "11111111-2222-4333-8444-555555555555"
EVIL = b"the host's root\n"
LUKS1 = ["cryptsetup", "luksFormat", "-q", "--type", "luks1", "--key-file", "-",
         "--uuid", luks.UUID, "--pbkdf-force-iterations", "1000"]
# partition: (code without a descriptor, with one); the raw key cannot tell all
CODES = {"own-key": ("KEY_REJECTED", "HEADER_MAC"), "own-uuid": ("KEY_REJECTED", "HEADER_MAC"),
         "other-volume-key": (None, "HEADER_MAC"), "ext4": ("HEADER_FORMAT",) * 2,
         "luks1": ("HEADER_FORMAT",) * 2}


def setup(vm):
    vm.persistent_ak = True
    vm.kbs.resources[BOUND] = vm.descriptor()
    own, disk = replace(vm.volume, volume_key=bytes(range(64)), marker=EVIL), vm.disk
    made, other = verity.volume(vm.context.base), verity.volume(vm.context.base, "evil", EVIL)
    disk.parts, vm.steps = [], []
    disk.add("own-key", replace(own, passphrase=b"the host's own"))
    disk.add("own-uuid", replace(own, passphrase=b"the host's own", uuid=OTHER))
    disk.add("other-volume-key", own)
    disk.add("ext4").made_by(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-U", luks.UUID])
    disk.add("luks1").made_by(LUKS1)
    disk.add("verity").replace(other.data)
    disk.add("verity-hash").replace(other.hash)
    disk.add("owners-hash").replace(made.hash)
    vm.modules.append("dm-verity")
    for name, codes in CODES.items():
        for key, code in zip((KEY_PATH, BOUND), codes):
            if code:
                step(vm, f"{name}.{key[-4:]}", {"device": f"PARTLABEL={name}",
                                                "key": f"kbs:///{key}"})
    for tree in ("verity-hash", "owners-hash"):
        step(vm, tree, {**made.config, "device": "PARTLABEL=verity",
                        "hash-device": f"PARTLABEL={tree}"})


def step(vm, name, changes):
    path = vm.variant(name, {"volume root": changes})
    vm.step(name, f"exec postern unlock --config {path}")


def check(r):
    r.ended()
    for name, (raw, bound) in CODES.items():
        if raw:
            r.failed(f"{name}.root", raw)
        r.failed(f"{name}.ound", bound)
    r.failed("verity-hash", "VERITY")
    r.failed("owners-hash", "VERITY")
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()
