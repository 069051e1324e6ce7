# SPDX-License-Identifier: GPL-2.0-or-later
"""A verity root opens by its root hash, which is measured."""

from harness import luks, verity
from harness.vm import READ_MARKER


def setup(vm):
    made = verity.volume(vm.context.base)
    vm.verity = made
    vm.config["volume root"] = made.config
    vm.modules.append("dm-verity")
    vm.disk.root.replace(made.data)
    vm.disk.add("root-hash").replace(made.hash)
    vm.step("mount", READ_MARKER)


def check(r):
    r.ended()
    r.succeeded()
    uuid, sectors, table = r.mappings().get("root", ("", 0, ""))
    r.expect(uuid.startswith("CRYPT-VERITY-"), f"dm uuid '{uuid}'")
    r.equal(sectors, luks.PAYLOAD // 512, "sectors of the mapping")
    words = table.split()
    r.equal(words[2:4], ["verity", "1"], "dm table")
    r.equal(words[10:13], ["sha256", r.vm.verity.roothash, verity.SALT], "dm table")
    r.read_marker()
    r.replays()
    r.events("config", "kbs", f"verity root {r.vm.verity.roothash}", "leave")
    r.disks_unchanged()
