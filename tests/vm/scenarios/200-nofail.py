# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes with nofail that do not open, one for each cause: the boot goes on, there
is no mapping of them, and the report has the code."""

from dataclasses import replace

from harness import luks
from harness.vm import KEY_PATH, READ_MARKER

UUID = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d"
GOOD = "default/disk/good"
DENIED, ABSENT, WRONG, MALFORMED, MAC, OLD = (
    f"default/disk/{name}" for name in ("denied", "absent", "wrong", "malformed", "mac", "old"))
CAUSES = {
    "missing": "DISK_MISSING", "twice": "DISK_AMBIGUOUS", "zeros": "HEADER_FORMAT",
    "null": "HEADER_PROFILE", "mac": "HEADER_MAC", "old": "HEADER_ROLLBACK",
    "wrong": "KEY_REJECTED", "denied": "KBS_DENIED", "absent": "RESOURCE",
    "malformed": "RESOURCE", "verity": "VERITY", "blank": "PROVISION"}


def setup(vm):
    good = replace(vm.volume, uuid=UUID + "0", volume_key=bytes(range(64)),
                   passphrase=b"of the good one", marker=b"the data\n")
    resources = vm.kbs.resources
    resources[GOOD], resources[WRONG] = good.passphrase, b"not its passphrase"
    resources[DENIED] = b"nobody gets it"
    resources[MALFORMED] = b'{"postern":1}'
    resources[MAC] = vm.descriptor(replace(vm.volume, volume_key=bytes(range(1, 65))))
    resources[OLD] = vm.descriptor(generation=9)
    vm.kbs.policy["resource"] = {DENIED: {"deny": True}}
    disk = vm.disk
    disk.add("good", good)
    for label in ("twice", "twice", "wrong", "denied", "absent", "malformed", "mac"):
        disk.add(label)
    disk.add("old").header_of(replace(vm.volume, iterations=1001), vm.context.base)
    disk.add("zeros").replace(bytes(1 << 20))
    disk.add("null").edit("seg-null")
    disk.add("verity").replace(bytes(1 << 20))
    disk.add("blank").blank(24 << 20)
    for name in CAUSES:
        path = f"default/disk/{name}"
        vm.config[f"volume {name}"] = {
            "device": f"PARTLABEL={name}", "nofail": "yes",
            "key": f"kbs:///{path if path in resources or name == 'absent' else KEY_PATH}"}
    vm.config["volume verity"].update({
        "key": None, "type": "verity", "roothash": "00" * 32, "data-blocks": 16,
        "hash-device": "PARTLABEL=zeros"})
    resources["default/disk/blank"] = luks.to_make(replace(vm.volume, uuid=UUID + "1"))
    vm.config["volume blank"]["key"] = "kbs:///default/disk/blank"
    # at the end: what comes before must not keep it from being opened
    vm.config["volume good"] = {"device": "PARTLABEL=good", "key": f"kbs:///{GOOD}",
                                "nofail": "yes"}
    vm.modules.append("dm-verity")
    vm.persistent_ak = True
    vm.step("mount", READ_MARKER)
    vm.step("data", "mkdir /data && mount -o ro /dev/mapper/good /data && cat /data/marker")
    vm.step("status", "exec postern status")


def check(r):
    r.ended()
    r.succeeded()
    r.equal(sorted(r.mappings()), ["good", "root"], "mappings")
    r.read_marker()
    r.equal(r.steps["data"].out, b"the data\n", "the marker of the second volume")
    found = {v["name"]: v for v in r.report()["volumes"]}
    for name, code in CAUSES.items():
        volume = found[name]
        r.equal((volume.get("skipped"), volume["opened"]), (code, False), f"report on {name}")
        r.expect(volume.get("reason"), f"{name}: no reason")
        r.expect(f"'{name}' is skipped: {code}, " in r.steps["unlock"].err, f"{name}: no warning")
        r.expect(f"skipped: {code}, ".encode() in r.steps["status"].out, f"{name}: status")
    r.equal([found[n].get("skipped") for n in ("root", "good")], [None, None], "skipped")
    r.replays()
    r.events("config", "kbs", "volume root", f"volume good {UUID}0", "leave")
    r.disks_unchanged()
    waited = {s["step"]: s for s in r.report()["steps"]}
    r.equal([s["tries"] for s in waited.values()], [1] * len(waited), "tries")
