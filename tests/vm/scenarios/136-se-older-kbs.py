# SPDX-License-Identifier: GPL-2.0-or-later
"""IBM Secure Execution with a KBS of before v0.21, which selects no hash: SHA-384."""

TEE = "se"


def setup(vm):
    vm.kbs.roots["se/older"] = b""


def check(r):
    r.opens()
