# SPDX-License-Identifier: GPL-2.0-or-later
"""A KBS that refuses version 2 of Azure's evidence gets version 1 at once, in a boot
as by command; one that refuses that as well is not hammered."""

from harness.result import EXIT_FINAL
from harness.vm import READ_MARKER


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.kbs.faults = ["old-evidence"]
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")
    vm.on("both", lambda: vm.kbs.set_faults("wrong-nonce"))
    vm.step("refused", "host both\nexec postern unlock")


def check(r):
    r.equal(r.steps["unlock"].rc, 0, "exit status")
    r.opened()
    r.read_marker()
    unlock = r.steps["unlock"].err
    r.equal(unlock.count("trying an older form"), 1, "forms that were tried")
    r.expect("trying again" not in unlock, "there was a pause")
    r.equal(r.steps["attest"].rc, 0, "attest: exit status")
    r.equal([x["claims"]["cpu0"]["version"] for x in r.kbs_log if "claims" in x], ["1", "1"],
            "versions of the evidence")
    r.failed("refused", "KBS_REFUSED", EXIT_FINAL, where="attest")
    r.equal(len([x for x in r.kbs_log if x.get("error") == "AttestationError"]), 2 + 2,
            "evidence that was refused")
