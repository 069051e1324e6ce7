# SPDX-License-Identifier: GPL-2.0-or-later
"""Nobody is where Azure's metadata service should be: the boot tries until its time is
over, and nothing is opened."""

from harness.result import EXIT_TEMPORARY


def setup(vm):
    vm.use_azure("az-snp-vtpm")
    vm.azure.metadata = False
    vm.config["agent"]["timeout"] = "6s"


def check(r):
    r.stops("NO_TEE", EXIT_TEMPORARY, where="evidence")
    r.expect("trying again" in r.steps["unlock"].err, "there was one try only")
    r.expect("metadata service" in r.steps["unlock"].err, "the service is not named")
