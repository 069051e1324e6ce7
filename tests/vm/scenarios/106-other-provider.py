# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's provider is another than the configured TEE: nothing is sent."""

TEE = "tdx"


def setup(vm):
    vm.tee.options["provider"] = "sev_guest"


def check(r):
    r.stops("TEE_MISMATCH", where="evidence")
    r.expect(not any(x["path"].endswith("attest") for x in r.kbs_log), "evidence was sent")
