# SPDX-License-Identifier: GPL-2.0-or-later
"""Init-data of a VM on Azure are bound by PCR 8 of its vTPM; others are named before
anything is sent."""

import hashlib

BODY = 'version = "0.1.0"\nalgorithm = "sha256"\n\n[data]\n"x" = "marker of the init-data"\n'
PATH = "/etc/postern/init-data.toml"


def setup(vm):
    vm.use_azure("az-tdx-vtpm")
    vm.azure.paravisor["init_data"] = hashlib.sha256(BODY.encode()).digest()
    vm.files[PATH] = BODY
    vm.files["/etc/postern/other.toml"] = BODY.replace("marker", "another marker")
    other = vm.variant("other", {"kbs": {"init-data": "/etc/postern/other.toml"}})
    vm.config["kbs"]["init-data"] = PATH
    vm.steps.insert(0, ("other", f"exec postern attest --config {other}"))


def check(r):
    r.failed("other", "TEE_MISMATCH")
    r.expect("PCR 8" in r.steps["other"].err, "the register is not named")
    r.opens()
    claims = [x["claims"]["cpu0"] for x in r.kbs_log if "claims" in x]
    r.equal([c["init_data"] for c in claims], [r.pcr(8)], "what the KBS saw")
