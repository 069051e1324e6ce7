# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers that anybody can reset, or that are out of reach, are refused."""

PCRS = (16, 17, 22, 23, 24)


def setup(vm):
    vm.steps.clear()
    vm.kbs.start_at_boot = False
    for pcr in PCRS:
        path = vm.variant(f"pcr{pcr}", {"measure": {"register": f"pcr:{pcr}"}})
        vm.step(f"pcr{pcr}", f"exec postern attest --config {path}")


def check(r):
    r.ended()
    for pcr in PCRS:
        r.failed(f"pcr{pcr}", "CONFIG", rc=2)
