# SPDX-License-Identifier: GPL-2.0-or-later
"""A paravisor that puts no report data into its report: version 1 of the evidence
opens the root, and the report says that the level is 0; who wants more, stops."""

from harness.vm import READ_MARKER


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.azure.user_data = False
    level = vm.variant("level", {"agent": {"require-level": "1"}})
    vm.steps.insert(0, ("level", f"exec postern unlock --config {level}"))
    vm.step("mount", READ_MARKER)


def check(r):
    r.failed("level", "LEVEL", where="header")
    r.opens()
    r.read_marker()
    r.replays()
    r.equal([x["claims"]["cpu0"]["version"] for x in r.kbs_log if "claims" in x], ["1", "1"],
            "versions of the evidence")
    level = r.report()["level"]
    r.equal((level["nominal"], level["trustworthy"]), (3, 0), "level")
    r.expect(any("nonce" in reason for reason in level["reasons"]), "no reason names the nonce")
