# SPDX-License-Identifier: GPL-2.0-or-later
"""The policy wants another boot chain: denied, and nothing is opened."""

from harness.vm import KEY_PATH


def setup(vm):
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "tpm", "pcr11": ["11" * 32]}}


def check(r):
    r.stops("KBS_DENIED", where="key")
    r.kbs_refused("PolicyDeny", "pcr11")
