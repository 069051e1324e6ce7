# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Hygon CSV guest does with reports that are not what was asked for, and
with firmware that has registers but does not know the report that shows them."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "csv"

FAULTS = {
    "errno-EIO": (["errno 5"], EXIT_FINAL),
    "errno-EBUSY": (["errno 16"], EXIT_TEMPORARY),
    "empty": (["trunc 0"], EXIT_FINAL),
    "cut": (["trunc 2000"], EXIT_FINAL),
    "stale": (["stale"], EXIT_FINAL),
    "nonce": (["flip 128"], EXIT_FINAL),
    "pek": (["flip 400"], EXIT_FINAL),
    "mac": (["flip 2516"], EXIT_FINAL),
}
ATTEST = "exec postern attest"


def setup(vm):
    vm.tee.options["csv3"] = 1
    vm.steps.clear()
    vm.step("good", ATTEST)
    for name, (lines, _) in FAULTS.items():
        vm.step(name, f"{vm.tee.fault(*lines)}\n{ATTEST}")
    vm.step("signature", f"{vm.tee.fault('flip 200')}\n{ATTEST}")
    vm.step("last", f"{vm.tee.fault()}\n{ATTEST}")


def check(r):
    r.ended()
    r.succeeded("good")
    r.expect("there is a plain report at best" in r.steps["good"].err, "it does not say so")
    for name, (_, rc) in FAULTS.items():
        r.failed(name, "NO_TEE", rc)
    r.failed("signature", "KBS_REFUSED")
    r.kbs_refused("AttestationError", "not signed by its PEK")
    r.succeeded("last")
