# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers encrypted in any way but the right one: JWE, and not a byte of output."""

from harness.luks import PASSPHRASE
from harness.vm import KEY_PATH

FAULTS = [
    "jwe-alg-dir", "jwe-rsa1_5", "jwe-wrong-enc", "jwe-bad-epk", "jwe-other-curve",
    "jwe-other-key", "jwe-short-tag", "jwe-tamper", "jwe-tamper=tag", "jwe-tamper=iv",
    "jwe-tamper=encrypted_key", "jwe-tamper=protected", "jwe-aad", "jwe-missing",
    "jwe-missing=iv", "jwe-missing=protected", "jwe-missing=ciphertext",
]
FETCH = f"postern fetch kbs:///{KEY_PATH}"


def setup(vm):
    vm.persistent_ak = True
    vm.config["agent"]["timeout"] = "8s"
    vm.steps.clear()
    vm.with_faults(FETCH, FAULTS)
    vm.step("right", f"host fault:none\nexec {FETCH}")
    vm.on("fault:none", vm.kbs.set_faults)


def check(r):
    r.ended()
    for fault in FAULTS:
        r.failed(fault, "JWE")
    r.succeeded("right")
    r.equal(r.steps["right"].out, PASSPHRASE, "what was fetched")
