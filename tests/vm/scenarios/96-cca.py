# SPDX-License-Identifier: GPL-2.0-or-later
"""CCA: the root opens; there is no register."""

from harness.vm import READ_MARKER

TEE = "cca"
KERNEL = "trixie-backports"


def setup(vm):
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")


def check(r):
    r.opens()
    r.read_marker()
    r.succeeded("attest")
