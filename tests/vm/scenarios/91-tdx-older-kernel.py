# SPDX-License-Identifier: GPL-2.0-or-later
"""TDX on a kernel of before 6.16, one that shows the registers all the same."""

TEE = "tdx"
KERNEL = "trixie-security"


def setup(vm):
    vm.tee.fixture = "tdx-v5-15"
    vm.step("attest", "exec postern attest")


def check(r):
    r.opens()
    r.rtmr_replays()
    r.succeeded("attest")
