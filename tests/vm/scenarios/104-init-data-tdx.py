# SPDX-License-Identifier: GPL-2.0-or-later
"""Init-data in MRCONFIGID of TDX, by SHA-384."""

import hashlib

TEE = "tdx"
BODY = 'version = "0.1.0"\nalgorithm = "sha384"\n\n[data]\n"x" = "marker of the init-data"\n'
PATH = "/etc/postern/init-data.toml"


def setup(vm):
    vm.files[PATH] = BODY
    vm.files["/etc/postern/other.toml"] = BODY.replace("marker", "another marker")
    vm.tee.init_data = hashlib.sha384(BODY.encode()).digest()
    other = vm.variant("other", {"kbs": {"init-data": "/etc/postern/other.toml"}})
    vm.config["kbs"]["init-data"] = PATH
    vm.steps.insert(0, ("other", f"exec postern attest --config {other}"))


def check(r):
    r.failed("other", "TEE_MISMATCH")
    r.expect("MRCONFIGID" in r.steps["other"].err, "the field is not named")
    r.opens()
