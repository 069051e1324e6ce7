# SPDX-License-Identifier: GPL-2.0-or-later
"""Hygon CSV and CSV2: the root opens; there are no registers."""

from harness.vm import READ_MARKER

TEE = "csv"


def setup(vm):
    vm.kbs.policy["default"] = {"tee": "csv", "version": "1"}
    vm.steps.insert(0, ("required", "exec postern unlock"))
    path = vm.variant("none", {"measure": {"register": "none"}})
    vm.steps[1:] = [("unlock", f"exec postern unlock --config {path}")]
    vm.step("mount", READ_MARKER)
    vm.step("attest", f"exec postern attest --config {path}")


def check(r):
    r.failed("required", "MEASURE")
    r.opens()
    r.read_marker()
    r.succeeded("attest")
    r.equal(r.report()["measurements"], [], "measurements in the report")
    r.equal(r.report()["level"]["trustworthy"], 2, "trustworthy level")
    claims, *_ = [x["claims"]["cpu0"] for x in r.kbs_log if "claims" in x]
    r.equal(claims["serial_number"], "SIM0123456789", "serial number")
