# SPDX-License-Identifier: GPL-2.0-or-later
"""TDX on Azure: the root opens with evidence of version 2, although the report changes
while it is read; PCR 15 has what was done."""

from harness.vm import KEY_PATH, READ_MARKER


def setup(vm):
    vm.use_azure("az-tdx-vtpm")
    vm.azure.paravisor["torn"] = True
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "az-tdx-vtpm", "tpm.pcr15": "zeros"}}
    vm.step("mount", READ_MARKER)
    vm.step("again", f"exec postern fetch kbs:///{KEY_PATH}")


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.events("config", "kbs", "volume root", "leave")
    r.failed("again", "KBS_DENIED")
    r.equal([x["claims"]["cpu0"]["version"] for x in r.kbs_log if "claims" in x], ["2", "2"],
            "versions of the evidence")
    asked = [(method, path, headers.get("Content-Type"), headers.get("Metadata"))
             for method, path, headers, _ in r.vm.azure.asked]
    r.equal(asked, [("POST", "/acc/tdquote", "application/json", "true")] * 2,
            "what the metadata service was asked")
