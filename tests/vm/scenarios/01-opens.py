# SPDX-License-Identifier: GPL-2.0-or-later
"""The root opens, what was done is measured, and the door is locked behind us."""

from harness.vm import KEY_PATH, READ_MARKER


def setup(vm):
    # the rule that design.md promises to make possible: only a machine that has
    # not opened anything yet may have the key
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "tpm", "pcr15": "zeros"}}
    vm.step("mount", READ_MARKER)
    vm.step("again", f"exec postern fetch kbs:///{KEY_PATH}")


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.events("config", "kbs", "volume root", "leave")
    r.equal(len(r.released(KEY_PATH)), 1, "times the key was released")
    r.failed("again", "KBS_DENIED")
    r.kbs_refused("PolicyDeny", "pcr15")
    volume = r.report()["volumes"][0]
    r.equal(volume["header"], "profile-checked", "header in the report")
    r.equal(volume["uuid"], r.vm.volume.uuid, "UUID in the report")
