# SPDX-License-Identifier: GPL-2.0-or-later
"""First boots whose power is cut while they make a volume, and the boots after them."""

from .disk import Disk, Partition
from .nbd import Server
from .vm import UNLOCK

SIZE = 24 << 20


def blank(label):
    disk = Disk()
    disk.parts = [Partition(label)]
    disk.root.blank(SIZE)
    return disk


def serve(vm, writes=None, end=None):
    """The first disk, until so many blocks were written below END; None: they are
    counted."""
    def start(socket):
        vm.cut = Server(socket, "PowerCut", vm.disk.path, writes=writes, end=end)
        return vm.cut
    vm.serve_disk = start


def boot_till_cut(r, vm, writes, end=None):
    """Boots VM, whose power fails then."""
    serve(vm, writes, end)
    vm.during.append(lambda: vm.cut.ends(60) and vm.machine.process.kill())
    vm.boot()
    r.expect(vm.cut.ends(), f"cut at {writes}: nothing was cut off")


def cut_off(r, writes, end=None):
    """A disk on which the first boot got as far as WRITES blocks below END."""
    disk = blank(f"cut{writes}")
    vm = r.vm.again(f"cut{writes}")
    vm.disks = [disk]
    vm.steps = [("unlock", UNLOCK)]
    vm.config = {**vm.config, "volume root": {**vm.config["volume root"],
                                              "device": f"PARTLABEL=cut{writes}"}}
    boot_till_cut(r, vm, writes, end)
    return disk


def unlock_each(vm, points, disks, then):
    """All the disks in one boot; THEN(n) is what is done with volume cutN: a step's
    name and script."""
    vm.disks = disks
    vm.persistent_ak = True
    for disk in disks:
        disk.kept = True
    for n in points:
        path = vm.variant(f"cut{n}", {f"volume cut{n}": {
            **vm.config["volume root"], "device": f"PARTLABEL=cut{n}"},
            "volume root": None})
        vm.step(f"unlock{n}", f"exec postern unlock --config {path}")
        vm.step(f"report{n}", "cat /run/postern/report.json")
        vm.step(*then(n))
