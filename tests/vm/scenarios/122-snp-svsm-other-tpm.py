# SPDX-License-Identifier: GPL-2.0-or-later
"""Under an SVSM, with another TPM than its own (the host's): neither by itself nor
pinned is that taken for the register, even where none is required."""

TEE = "snp"


def setup(vm):
    vm.use_svsm(vm.ek(other=True))
    for name, measure in {"pinned": {"register": "pcr:15"},
                          "optional": {"required": "no"}}.items():
        path = vm.variant(name, {"measure": measure})
        vm.step(name, f"exec postern unlock --config {path}")


def check(r):
    r.stops("MEASURE", where="detect")
    r.expect("it has another EK" in r.steps["unlock"].err, "it does not say which TPM")
    for name in ("pinned", "optional"):
        r.failed(name, "MEASURE", where="detect")
