# SPDX-License-Identifier: GPL-2.0-or-later
"""IBM Secure Execution: the KBS makes its request for another machine."""

from harness.vm import KEY_PATH

TEE = "se"


def setup(vm):
    fixture = vm.tee.roots

    def other():
        return {**fixture(), "se/host.key": b"x" * 32}

    vm.tee.roots = other


def check(r):
    r.stops("NO_TEE", where="evidence")
    r.expect("for the host key of another machine" in r.steps["unlock"].err,
             "it does not say what is wrong")
    r.equal(len(r.released(KEY_PATH)), 0, "times the key was released")
