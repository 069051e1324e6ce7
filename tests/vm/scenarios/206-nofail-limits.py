# SPDX-License-Identifier: GPL-2.0-or-later
"""What nofail does not excuse: a mapping of that name which is not ours, a KBS that
is busy for a moment, and the failure of a volume that has no nofail."""

from dataclasses import replace

from harness.vm import KEY_PATH

UUID = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3"
KEY = f"kbs:///{KEY_PATH}"
MISSING = {"device": "PARTLABEL=none", "key": KEY, "nofail": "yes"}


def setup(vm):
    vm.disk.add("second", replace(vm.volume, uuid=UUID))
    vm.persistent_ak = True
    vm.config["agent"]["timeout"] = "20s"
    vm.on("busy", lambda: vm.kbs.set_faults("refuse-first=1@resource"))
    vm.steps = []
    root = {"device": "PARTLABEL=root", "key": KEY}
    second = {"device": "PARTLABEL=second", "key": KEY, "nofail": "yes"}
    for name, prepare, volumes in (
            ("data", "", {"data": root}),
            # the next system would take what is there for the volume
            ("foreign", "", {"second": second, "data": MISSING}),
            ("needed", "", {"missing": MISSING, "root": {**root, "device": "PARTLABEL=no"}}),
            ("busy", "host busy\n", {"missing": MISSING, "second": second})):
        path = vm.variant(name, {"volume root": None, **{
            f"volume {volume}": keys for volume, keys in volumes.items()}})
        vm.step(name, f"{prepare}exec postern unlock --config {path}")


def check(r):
    r.ended()
    r.succeeded("data")
    r.failed("foreign", "DISK_MISSING", where="prepare")
    r.failed("needed", "DISK_MISSING", where="prepare")
    r.succeeded("busy")
    r.expect("trying again in" in r.steps["busy"].err, "the KBS was not busy")
    r.equal(sorted(r.mappings()), ["data", "second"], "mappings")
    r.equal([v.get("skipped") for v in r.report()["volumes"]], ["DISK_MISSING", None], "report")
    r.disks_unchanged()
