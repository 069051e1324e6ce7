# SPDX-License-Identifier: GPL-2.0-or-later
"""TDX on a kernel without registers: only where the configuration says that none is
required, and not silently."""

TEE = "tdx"
KERNEL = "trixie-security"


def setup(vm):
    vm.tee.fixture = "tdx-v5"
    vm.tee.options["mr_sysfs"] = 0
    path = vm.variant("required", {"measure": {"required": "yes"}})
    vm.config["measure"]["required"] = "no"
    vm.steps.insert(0, ("required", f"exec postern unlock --config {path}"))


def check(r):
    r.failed("required", "MEASURE")
    r.opens()
    r.equal(r.rtmr(3), None, "RTMR3")
    r.equal(r.report()["measurements"], [], "measurements in the report")
    r.expect("nothing is measured" in r.steps["unlock"].err, "it does not say so")
