# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS gives a key that does not open this volume."""

from harness.vm import KEY_PATH


def setup(vm):
    vm.kbs.resources[KEY_PATH] = b"not the passphrase of this volume"


def check(r):
    r.stops("KEY_REJECTED", where="unlock")
