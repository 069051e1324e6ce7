"""The power fails while a volume with tags is made: before the superblock is whole, in
the full wipe, in the header.  The next boot makes it; the one after that finds it
made and reads all of it."""

from harness import luks
from harness.disk import MIB, Disk, Partition
from harness.nbd import PowerCut
from harness.vm import KEY_PATH, UNLOCK

SIZE = 24 * MIB
SUITE = luks.SUITES["hmac"]


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
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume, suite=SUITE)
    vm.config["volume root"].update({"provision": "if-permitted",
                                     "integrity": SUITE.integrity})
    vm.modules += ["dm-integrity", "authenc"]
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
    # not exact: what the journal writes depends on when
    points = [1, 2, 3, 40, total // 4, total // 2, total - 200, total - 60]
    disks = [cut_off(r, n) for n in points]

    def all_of_them(vm):
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
            vm.step(f"read{n}", f"exec cat /dev/mapper/cut{n} > /dev/null")
    for name, made in (("first", b'"made":true'), ("second", b'"made":false')):
        other = r.after(name, all_of_them)
        for n in points:
            other.succeeded(f"unlock{n}")
            other.equal(other.steps[f"read{n}"].rc, 0, f"{name}, cut at {n}: all of it")
            other.expect(made in other.steps[f"report{n}"].out, f"{name}, cut at {n}: {made}")
