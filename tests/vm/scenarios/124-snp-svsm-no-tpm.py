# SPDX-License-Identifier: GPL-2.0-or-later
"""Under an SVSM without a TPM device: opens without a register, unless PCR 15 is
pinned."""

TEE = "snp"


def setup(vm):
    vm.use_svsm()
    vm.tpm = False
    path = vm.variant("pinned", {"measure": {"register": "pcr:15"}})
    vm.steps.insert(0, ("pinned", f"exec postern unlock --config {path}"))


def check(r):
    r.failed("pinned", "MEASURE", where="detect")
    r.opens()
    r.equal(r.report()["measurements"], [], "measurements in the report")
    r.equal(r.report()["tee-remark"], None, "remark")
