# SPDX-License-Identifier: GPL-2.0-or-later
"""/dev/sev-guest fails in its own ways, and a KBS without certificates of this chip
refuses a report that comes without."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "snp"

FAULTS = {
    "errno-EIO": (["errno 5"], "NO_TEE", (EXIT_FINAL, EXIT_TEMPORARY)),
    "vmm-busy": (["vmm 2"], "NO_TEE", (EXIT_TEMPORARY,)),
    "vmm-generic": (["vmm 3"], "NO_TEE", (EXIT_FINAL, EXIT_TEMPORARY)),
    "firmware": (["fw 22"], "NO_TEE", (EXIT_FINAL, EXIT_TEMPORARY)),
    "errno-ENOTTY": (["errno 25"], "NO_TEE", (EXIT_FINAL,)),
    "empty": (["trunc 0"], "NO_TEE", (EXIT_FINAL, EXIT_TEMPORARY)),
    "cut": (["trunc 700"], "NO_TEE", (EXIT_FINAL, EXIT_TEMPORARY)),
    "stale": (["stale"], "NO_TEE", (EXIT_TEMPORARY,)),
    "noaux": (["noaux"], "KBS_REFUSED", (EXIT_FINAL,)),
}
ATTEST = "exec postern attest"


def setup(vm):
    vm.tee.options["configfs"] = 0
    vm.tee.store = False
    vm.steps.clear()
    vm.step("good", ATTEST)
    for name, (lines, _, _) in FAULTS.items():
        vm.step(name, f"{vm.tee.fault(*lines)}\n{ATTEST}")


def check(r):
    r.ended()
    r.succeeded("good")
    for name, (_, code, allowed) in FAULTS.items():
        rc = r.steps[name].rc
        r.failed(name, code, rc)
        r.expect(rc in allowed, f"{name}: exit status {rc}, not of {allowed}")
