# SPDX-License-Identifier: GPL-2.0-or-later
"""The power fails while a key is rotated, at each part of it: the next boot opens
the volume by what the KBS has then, and finishing leaves one header."""

import json

from harness.disk import Disk, Partition
from harness.power_cut import boot_till_cut, serve
from harness.vm import KEY_PATH, READ_MARKER, UNLOCK

TOKEN = "/etc/postern/admin.token"
URI = f"kbs:///{KEY_PATH}"
ROTATE = (f"exec postern rotate /dev/vda1 --key {URI} --kbs-admin-token {TOKEN} "
          f"--resource {URI}")
# Blocks that are written: the new keyslot, the header beside the old one; then,
# when the KBS has the descriptor, the header in its place, and zeros.
SLOT, HEADER = 63, 8
DELIVERED = SLOT + HEADER
POINTS = [0, 1, SLOT, DELIVERED - 1, DELIVERED, DELIVERED + SLOT + 1,
          DELIVERED + SLOT + HEADER - 1, DELIVERED + SLOT + HEADER,
          DELIVERED + SLOT + HEADER + 1, 2000, 4000]


def machine(vm, label):
    """VM with one disk of its own, as it was before the rotation."""
    disk = Disk()
    disk.parts = [Partition(label)]
    vm.disks = [disk]
    vm.config = {**vm.config, "volume root": {**vm.config["volume root"],
                                              "device": f"PARTLABEL={label}"}}
    vm.kbs.resources[KEY_PATH] = vm.descriptor()


def setup(vm):
    vm.files[TOKEN] = vm.kbs.make_admin()
    vm.persistent_ak = True
    machine(vm, "root")
    vm.step("rotate", ROTATE)
    vm.step("mount", READ_MARKER)
    serve(vm)


def cut_off(r, writes):
    """The disk and what the KBS has after a rotation that got so far."""
    vm = r.vm.again(f"cut{writes}")
    machine(vm, f"cut{writes}")
    vm.steps = [("unlock", UNLOCK), ("rotate", ROTATE)]
    boot_till_cut(r, vm, writes)
    return vm.disk, vm.kbs.stored(KEY_PATH)


def check(r):
    r.ended()
    for name in ("unlock", "rotate", "mount"):
        r.succeeded(name)
    r.read_marker()
    cuts = {n: cut_off(r, n) for n in POINTS}
    for n, (_, descriptor) in cuts.items():
        r.equal(json.loads(descriptor)["generation"] > 1, n >= DELIVERED,
                f"cut at {n}: the KBS has the new descriptor")

    def all_of_them(last):
        def change(vm):
            vm.disks = [disk for disk, _ in cuts.values()]
            for at, (n, (disk, descriptor)) in enumerate(cuts.items()):
                disk.kept = True
                path = f"default/disk/cut{n}"
                vm.kbs.resources[path] = descriptor
                config = vm.variant(f"cut{n}", {"volume root": None, f"volume cut{n}": {
                    "device": f"PARTLABEL=cut{n}", "key": f"kbs:///{path}"}})
                vm.step(f"unlock{n}", f"exec postern unlock --config {config}")
                vm.step(f"report{n}", "cat /run/postern/report.json")
                vm.step(f"mount{n}", READ_MARKER.replace("/root", f"/cut{n}") + "; umount /mnt")
                if last:
                    continue
                vm.step(f"finish{n}", f"postern fetch kbs:///{path} > /tmp/d{n}\n"
                        f"exec postern rotate --finish --descriptor /tmp/d{n} "
                        f"/dev/vd{chr(ord('a') + at)}1")
        return change

    for name, last in (("first", False), ("second", True)):
        other = r.after(name, all_of_them(last))
        other.ended()
        for n in POINTS:
            other.succeeded(f"unlock{n}")
            other.equal(other.steps[f"mount{n}"].out, r.vm.volume.marker, f"cut at {n}: marker")
            spare = b'"rotation":"unfinished"' in other.steps[f"report{n}"].out
            # byte 0 has the old header until the last of its sectors is written
            r.equal(spare, not last and DELIVERED <= n <= DELIVERED + SLOT + HEADER,
                    f"{name}, cut at {n}: opened by the spare header")
            if not last:
                other.succeeded(f"finish{n}")
