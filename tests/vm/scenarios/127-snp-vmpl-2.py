# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest at VMPL 2, as an SVSM has it: the report is of its own level, and the KBS
refuses it as Trustee does."""

TEE = "snp"


def setup(vm):
    vm.use_svsm()
    vm.tee.options["floor_level"] = 2


def check(r):
    r.stops("KBS_REFUSED", where="attest")
    r.kbs_refused("AttestationError", "VMPL")
    r.expect("is of VMPL 2" in r.steps["unlock"].err, "it does not say so")
