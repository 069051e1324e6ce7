# SPDX-License-Identifier: GPL-2.0-or-later
"""A boot whose key comes wrongly encrypted ends there."""


def setup(vm):
    vm.kbs.faults = ["jwe-tamper"]


def check(r):
    r.stops("JWE", where="key")
