# SPDX-License-Identifier: GPL-2.0-or-later
"""RTMR3 cannot be extended, or does not change when it is: what was opened is closed
again."""

TEE = "tdx"
KERNEL = "trixie-backports"


def setup(vm):
    vm.tee.options["mr_errno"] = 5
    vm.step("mapper", "ls /dev/mapper")
    vm.step("stuck", "cd /sys/module/tsm_sim/parameters\necho 0 > mr_errno\n"
            "echo 1 > mr_stuck\nexec postern unlock")


def check(r):
    r.stops("MEASURE", where="measure")
    r.equal(r.steps["mapper"].out, b"control\n", "/dev/mapper")
    r.failed("stuck", "MEASURE", where="measure")
