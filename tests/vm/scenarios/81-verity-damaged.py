# SPDX-License-Identifier: GPL-2.0-or-later
"""A wrong root hash or first block stops the boot; a block changed elsewhere
cannot be read."""

from harness import luks, verity
from harness.vm import READ_MARKER


def setup(vm):
    made = verity.volume(vm.context.base)
    vm.modules.append("dm-verity")
    vm.config["volume root"] = made.config
    # the marker's block is found when it is read, and not before
    vm.disk.root.replace(verity.damaged(made.data, luks.MARKER))
    vm.disk.add("root-hash").replace(made.hash)
    vm.disk.add("first").replace(b"\1" + made.data[1:])
    vm.steps.clear()
    other = vm.variant("other", {"volume root": {"roothash": "00" * 32}})
    vm.step("other-hash", f"exec postern unlock --config {other}")
    first = vm.variant("first", {"volume root": {"device": "PARTLABEL=first"}})
    vm.step("first-block", f"exec postern unlock --config {first}")
    vm.step("between", "cat /sys/block/dm-*/dm/name; true")
    vm.step("unlock", "exec postern unlock")
    vm.step("mount", READ_MARKER)


def check(r):
    r.ended()
    r.failed("other-hash", "VERITY")
    r.failed("first-block", "VERITY")
    r.equal(r.steps["between"].out, b"", "mappings after the failures")
    r.succeeded("unlock")
    r.equal(r.steps["mount"].out, b"", "what was read of the damaged block")
    r.expect(r.steps["mount"].rc != 0, "the damaged block could be read")
    r.disks_unchanged()
