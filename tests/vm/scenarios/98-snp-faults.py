# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP goes wrong: the right code or another try, by configfs-tsm as by the
device, and a report without certificates is good where the KBS has them."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "snp"

# In the report (tee-abi.md 4.1).
VERSION, REPORTDATA, MEASUREMENT, SIGNATURE = 0, 0x50, 0x90, 0x2A0

FAULTS = {
    "errno-EIO": (["errno 5"], "NO_TEE", EXIT_TEMPORARY),
    "errno-ETIMEDOUT": (["errno 110"], "NO_TEE", EXIT_TEMPORARY),
    # the VMPCK is gone, for good
    "errno-ENOTTY": (["errno 25"], "NO_TEE", EXIT_FINAL),
    "empty": (["trunc 0"], "NO_TEE", EXIT_TEMPORARY),
    "cut": (["trunc 700"], "NO_TEE", EXIT_FINAL),
    "longer": (["pad 8"], "NO_TEE", EXIT_FINAL),
    "flip-nonce": ([f"flip {REPORTDATA}"], "NO_TEE", EXIT_TEMPORARY),
    "flip-measurement": ([f"flip {MEASUREMENT}"], "KBS_REFUSED", EXIT_FINAL),
    "flip-signature": ([f"flip {SIGNATURE + 80}"], "KBS_REFUSED", EXIT_FINAL),
    "stale": (["stale"], "NO_TEE", EXIT_TEMPORARY),
}
ATTEST = "exec postern attest"


def setup(vm):
    vm.steps.clear()
    vm.step("good", ATTEST)
    for name, (lines, _, _) in FAULTS.items():
        vm.step(name, f"{vm.tee.fault(*lines)}\n{ATTEST}")
    vm.step("noaux", f"{vm.tee.fault('noaux')}\n{ATTEST}")
    vm.step("retried", f"{vm.tee.fault('errno 5', 'times 2')}\nexec postern unlock")


def check(r):
    r.ended()
    r.succeeded("good")
    for name, (_, code, rc) in FAULTS.items():
        r.failed(name, code, rc)
    r.succeeded("noaux")
    r.equal(r.steps["retried"].rc, 0, "retried: exit status")
    r.equal(r.steps["retried"].err.count("trying again"), 2, "tries that failed")
    r.opened()
