# SPDX-License-Identifier: GPL-2.0-or-later
"""Two volumes with keys of their own, both opened, both measured."""

from dataclasses import replace

from harness.vm import READ_MARKER

PATH = "default/disk/data"
UUID = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3"


def setup(vm):
    other = replace(vm.volume, uuid=UUID, volume_key=bytes(range(64)), marker=b"the data\n",
                    passphrase=b"another passphrase")
    vm.disk.add("data", other)
    vm.kbs.resources[PATH] = vm.descriptor(other)
    vm.config["volume data"] = {"device": "PARTLABEL=data", "key": f"kbs:///{PATH}"}
    vm.step("mount", READ_MARKER)
    vm.step("data", "mkdir /data && mount -o ro /dev/mapper/data /data && cat /data/marker")


def check(r):
    r.opens()
    r.read_marker()
    r.equal(r.steps["data"].out, b"the data\n", "the marker of the second volume")
    r.replays()
    r.events("config", "kbs", "volume root", f"volume data {UUID}", "leave")
    r.equal([v["header"] for v in r.report()["volumes"]],
            ["profile-checked", "authenticated"], "headers in the report")
