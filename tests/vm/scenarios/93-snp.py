# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP (Genoa): the root opens; there is no register."""

from harness.vm import READ_MARKER

TEE = "snp"


def setup(vm):
    vm.kbs.policy["default"] = {"tee": "snp", "vmpl": 0, "policy_debug_allowed": False}
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")


def check(r):
    r.opens()
    r.read_marker()
    r.succeeded("attest")
    r.equal(r.report()["measurements"], [], "measurements in the report")
