# SPDX-License-Identifier: GPL-2.0-or-later
"""A paravisor that never takes our report data: the boot waits and tries again, and
gives up in time; a KBS is told nothing."""

from harness.result import EXIT_TEMPORARY


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.azure.paravisor["deaf"] = True
    vm.config["agent"]["timeout"] = "9s"


def check(r):
    r.stops("NO_TEE", EXIT_TEMPORARY, where="evidence")
    r.equal([x for x in r.kbs_log if x["path"].endswith("/attest")], [], "evidence that was sent")
