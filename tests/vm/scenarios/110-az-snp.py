# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP on Azure: the root opens, the evidence is of version 2 and fresh in the
hardware's report; PCR 15 has what was done, and the key is not to be had again.  Not
pinned, the TEE is found, but the metadata service is not guessed."""

from harness.result import EXIT_USAGE
from harness.vm import KEY_PATH, READ_MARKER


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.config["agent"]["require-level"] = "1"
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "az-snp-vtpm", "tpm.pcr15": "zeros",
                                            "policy_debug_allowed": "false"}}
    vm.step("mount", READ_MARKER)
    vm.step("again", f"exec postern fetch kbs:///{KEY_PATH}")
    found = vm.variant("auto", {"agent": {"tee": "auto"}})
    vm.step("auto", f"exec postern attest --config {found}")
    bare = vm.variant("bare", {"agent": {"tee": "auto"}, "network": {"metadata": None}})
    vm.step("bare", f"exec postern attest --config {bare}")


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.events("config", "kbs", "volume root", "leave")
    r.failed("again", "KBS_DENIED")
    r.kbs_refused("PolicyDeny", "tpm.pcr15")
    r.equal([x["claims"]["cpu0"]["version"] for x in r.kbs_log if "claims" in x], ["2"] * 3,
            "versions of the evidence")
    r.equal(r.vm.azure.vtpm.renewals, 3, "reports that the paravisor renewed")
    r.succeeded("auto")
    r.expect("az-snp-vtpm" in r.steps["auto"].err, "auto found something else")
    r.failed("bare", "CONFIG", EXIT_USAGE)
    level = r.report()["level"]
    r.equal((level["nominal"], level["trustworthy"], len(level["reasons"])), (3, 1, 2), "level")
