# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP under an SVSM: the TPM has the EK of its report, so PCR 15 is the register,
and it replays, for postern status too."""

import json

from harness.vm import READ_MARKER

TEE = "snp"


def setup(vm):
    vm.use_svsm()
    vm.step("mount", READ_MARKER)
    vm.step("status", "exec postern status")
    vm.step("json", "exec postern status --json")


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.events("config", "kbs", "volume root", "leave")
    report = r.report()
    r.equal({m["register"] for m in report["measurements"]}, {"pcr:15"}, "registers")
    r.equal(report["tee-remark"], "vTPM of the SVSM, EK in the report", "remark")
    r.equal(report["level"]["trustworthy"], 3, "level")
    now = [(x["register"], x["alg"], x["value"], x["log"])
           for x in json.loads(r.steps["json"].out)["registers"]]
    r.equal(now, [("pcr:15", bank, r.pcr(15, bank), "equal")
                  for bank in ("sha1", "sha256", "sha384")], "PCR 15 of now")
    r.expect(b"vTPM of the SVSM" in r.steps["status"].out, "status does not say whose TPM it is")
