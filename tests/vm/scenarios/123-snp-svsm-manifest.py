# SPDX-License-Identifier: GPL-2.0-or-later
"""The SVSM's report does not hang together: its manifest, what it is over, what it is
of."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "snp"
REPORT_DATA, VMPL = 0x50, 0x30

FAULTS = {
    "report-data": (f"flip {REPORT_DATA}", EXIT_TEMPORARY),
    "vmpl": (f"flip {VMPL}", EXIT_FINAL),
    "cut": ("trunc 700", EXIT_FINAL),
    "vmpck-gone": ("errno 25", EXIT_FINAL),
}


def setup(vm):
    vm.use_svsm()
    vm.tee.faults = ("manifest 100",)
    for name, (line, _) in FAULTS.items():
        vm.step(name, f"{vm.tee.fault(line)}\nexec postern unlock")


def check(r):
    r.stops("NO_TEE", rc=EXIT_TEMPORARY, where="detect")
    for name, (_, rc) in FAULTS.items():
        r.failed(name, "NO_TEE", rc, where="detect")
