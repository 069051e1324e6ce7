# SPDX-License-Identifier: GPL-2.0-or-later
"""A report of version 2 is sent as it is, and refused by the KBS as Trustee does."""

from harness.vm import KEY_PATH

TEE = "snp"


def setup(vm):
    vm.tee.fixture = "snp-v2"


def check(r):
    r.stops("KBS_REFUSED", where="attest")
    r.kbs_refused("AttestationError", "version 2")
    r.equal(len(r.released(KEY_PATH)), 0, "times the key was released")
