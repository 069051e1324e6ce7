# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP without an SVSM, but with a TPM of the host's: not the register by itself.
Pinned it is, as the configuration wants, with a word on it."""

TEE = "snp"


def setup(vm):
    vm.tpm = True
    vm.config["measure"]["register"] = "pcr:15"
    # as far as the KBS, which is not that one
    path = vm.variant("auto", {"measure": {"register": "auto"},
                               "kbs": {"ca": None, "pin": f"sha256//{'A' * 43}="}})
    vm.steps.insert(0, ("auto", f"exec postern unlock --config {path}"))


def check(r):
    r.failed("auto", "KBS_IDENTITY")
    r.expect("register none" in r.steps["auto"].err, "auto found a register")
    r.opens()
    r.replays()
    r.expect("nothing proves that the register" in r.steps["unlock"].err, "it does not say so")
    r.equal(r.report()["tee-remark"], None, "remark")
