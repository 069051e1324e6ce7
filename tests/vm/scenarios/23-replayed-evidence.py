# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence with another nonce than the session's: the KBS refuses it."""


def setup(vm):
    vm.kbs.faults = ["wrong-nonce"]


def check(r):
    r.stops("KBS_REFUSED", where="attest")
    r.kbs_refused("AttestationError", "qualifyingData")
    r.equal([x for x in r.kbs_log if "released" in x], [], "released secrets")
