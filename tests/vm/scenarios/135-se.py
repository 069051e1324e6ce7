# SPDX-License-Identifier: GPL-2.0-or-later
"""IBM Secure Execution, with an ultravisor below /dev/uv: the KBS selects SHA-512, and
the root opens.  The machine is no s390x one, which the driver does not show."""

from harness.vm import READ_MARKER

TEE = "se"


def setup(vm):
    vm.kbs.policy["default"] = {"tee": "se", "cuid": b"simulated guest ".hex()}
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")
    # what the ultravisor refuses; in the module's parameter, so that it is a number
    for rc in (0x010A, 0x0FFF):
        vm.step(f"refused-{rc:x}", f"echo {rc} > /sys/module/tsm_sim/parameters/uv_rc\n"
                "exec postern attest")


def check(r):
    r.opens()
    r.read_marker()
    r.succeeded("attest")
    r.equal(r.report()["measurements"], [], "measurements in the report")
    for name in ("refused-10a", "refused-fff"):
        r.failed(name, "NO_TEE")
    r.expect("does not know a flag of the request" in r.steps["refused-10a"].err,
             "it does not say what the ultravisor says")
