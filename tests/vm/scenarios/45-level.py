# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's TPM reaches level 0: with require-level the key stays at the KBS."""

from harness.vm import KEY_PATH


def setup(vm):
    vm.config["agent"]["require-level"] = "3"


def check(r):
    r.stops("LEVEL", where="detect")
    r.equal(len(r.released(KEY_PATH)), 0, "times the key was released")
