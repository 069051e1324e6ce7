# SPDX-License-Identifier: GPL-2.0-or-later
"""The power fails while a volume with tags is made: before the superblock is whole, in
the full wipe, in the header.  The next boot makes it; the one after that finds it
made and reads all of it."""

from harness import luks
from harness.disk import MIB
from harness.power_cut import blank, cut_off, serve, unlock_each
from harness.vm import KEY_PATH

SUITE = luks.SUITES["hmac"]
HEADER_END = MIB + luks.DATA_OFFSET


def setup(vm):
    vm.disks = [blank("root")]
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume, suite=SUITE)
    vm.config["volume root"].update({"provision": "if-permitted",
                                     "integrity": SUITE.integrity})
    vm.modules += ["dm-integrity", "authenc"]
    serve(vm, end=HEADER_END)


def check(r):
    r.ended()
    r.succeeded()
    # what the journal writes depends on when: only the header's blocks are counted
    # from their end
    header = r.vm.cut.count()
    points = [1, 2, 3, 40, 1000, 2000]
    disks = [cut_off(r, n) for n in points]
    for n in (60, 9, 2):
        points.append(header - n)
        disks.append(cut_off(r, header - n, HEADER_END))

    def all_of_them(vm):
        unlock_each(vm, points, disks, lambda n: (
            f"read{n}", f"exec cat /dev/mapper/cut{n} > /dev/null"))
    for name, made in (("first", b'"made":true'), ("second", b'"made":false')):
        other = r.after(name, all_of_them)
        for n in points:
            other.succeeded(f"unlock{n}")
            other.equal(other.steps[f"read{n}"].rc, 0, f"{name}, cut at {n}: all of it")
            other.expect(made in other.steps[f"report{n}"].out, f"{name}, cut at {n}: {made}")
