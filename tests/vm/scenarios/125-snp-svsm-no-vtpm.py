# SPDX-License-Identifier: GPL-2.0-or-later
"""Under an SVSM that has no vTPM the TPM is the host's: it is left alone, and pinned
it is refused."""

TEE = "snp"


def setup(vm):
    vm.use_svsm(b"")
    path = vm.variant("pinned", {"measure": {"register": "pcr:15"}})
    vm.steps.insert(0, ("pinned", f"exec postern unlock --config {path}"))


def check(r):
    r.failed("pinned", "MEASURE", where="detect")
    r.opens()
    r.equal(r.report()["measurements"], [], "measurements in the report")
    r.pcr_untouched()
    r.expect("the SVSM has no vTPM" in r.steps["unlock"].err, "it does not say why")
