"""The first boot is cut off at ten points of its writing: the next boot makes the
volume, or finds it made; the one after that finds what was written to it."""

from harness import initrd, luks
from harness.disk import Disk, Partition
from harness.nbd import PowerCut
from harness.vm import KEY_PATH, UNLOCK

SIZE = 24 << 20
LAST = [9, 2, 1]                    # blocks of the header: slot, copies, first sector


def blank(label):
    disk = Disk()
    disk.parts = [Partition(label)]
    disk.root.blank(SIZE)
    return disk


def serve(vm, writes=None):
    def start(socket):
        vm.cut = PowerCut(socket, vm.disk.path, writes)
        return vm.cut
    vm.serve_disk = start


def setup(vm):
    vm.disks = [blank("root")]
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.config["volume root"].update({"provision": "if-permitted", "mkfs": "ext4"})
    vm.files.update(initrd.program("/sbin/mkfs.ext4"))
    vm.modules.append("ext4")
    serve(vm)


def cut_off(r, writes):
    """A disk on which the first boot got as far as WRITES blocks."""
    disk = blank(f"cut{writes}")
    vm = r.vm.again(f"cut{writes}")
    vm.disks = [disk]
    vm.steps = [("unlock", UNLOCK)]
    vm.config = {**vm.config, "volume root": {**vm.config["volume root"],
                                              "device": f"PARTLABEL=cut{writes}"}}
    serve(vm, writes)
    vm.during.append(lambda: vm.cut.gone.wait(60) and vm.machine.process.kill())
    vm.boot()
    r.expect(vm.cut.gone.is_set(), f"cut at {writes}: the boot came to its end")
    return disk


def check(r):
    r.ended()
    r.succeeded()
    total = r.vm.cut.count
    points = [0, 1, 2, 100, 513, total - 100, total - 60, *(total - n for n in LAST)]
    disks = [cut_off(r, n) for n in points]

    def all_of_them(step):
        def change(vm):
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
                vm.step(f"mount{n}", step.format(device=f"/dev/mapper/cut{n}", n=n))
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
