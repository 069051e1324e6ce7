# SPDX-License-Identifier: GPL-2.0-or-later
"""Under an SVSM that is busy at first, with PCR 15 pinned: checked as well, and tried
again."""

TEE = "snp"


def setup(vm):
    vm.use_svsm()
    vm.config["measure"]["register"] = "pcr:15"
    vm.tee.faults = ("errno 5", "times 2")


def check(r):
    r.opens()
    r.replays()
    r.equal(r.report()["tee-remark"], "vTPM of the SVSM, EK in the report", "remark")
