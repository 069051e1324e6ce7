# SPDX-License-Identifier: GPL-2.0-or-later
"""The first boot is cut off at ten points of its writing: the next boot makes the
volume, or finds it made; the one after that finds what was written to it."""

from harness import initrd, luks
from harness.power_cut import blank, cut_off, serve, unlock_each
from harness.vm import KEY_PATH

LAST = [9, 2, 1]                    # blocks of the header: slot, copies, first sector


def setup(vm):
    vm.disks = [blank("root")]
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.config["volume root"].update({"provision": "if-permitted", "mkfs": "ext4"})
    vm.files.update(initrd.program("/sbin/mkfs.ext4"))
    vm.modules.append("ext4")
    serve(vm)


def check(r):
    r.ended()
    r.succeeded()
    total = r.vm.cut.count()
    points = [0, 1, 2, 100, 513, total - 100, total - 60, *(total - n for n in LAST)]
    disks = [cut_off(r, n) for n in points]

    def all_of_them(step):
        def change(vm):
            unlock_each(vm, points, disks, lambda n: (
                f"mount{n}", step.format(device=f"/dev/mapper/cut{n}", n=n)))
        return change

    first = r.after("first", all_of_them(
        "mount -t ext4 {device} /mnt && echo {n} > /mnt/marker; umount /mnt"))
    second = r.after("second", all_of_them(
        "mount -t ext4 -o ro {device} /mnt && cat /mnt/marker; umount /mnt"))
    for n in points:
        for other in (first, second):
            other.succeeded(f"unlock{n}")
            other.succeeded(f"mount{n}")
        made = b'"made":true' in first.steps[f"report{n}"].out
        r.expect(made, f"cut at {n}: not made by the next boot")
        r.expect(b'"made":false' in second.steps[f"report{n}"].out, f"cut at {n}: made twice")
        r.equal(second.steps[f"mount{n}"].out, f"{n}\n".encode(), f"cut at {n}: the marker")
