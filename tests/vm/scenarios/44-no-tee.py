# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine has no TPM, or is not the TEE of the configuration."""


def setup(vm):
    vm.tpm = False


def check(r):
    r.stops("NO_TEE")
    r.equal(r.kbs_log, [], "requests at the KBS")
