# SPDX-License-Identifier: GPL-2.0-or-later
"""The right passphrase and UUID before another volume key: the MAC tells."""

from dataclasses import replace

from harness.vm import KEY_PATH


def setup(vm):
    vm.kbs.resources[KEY_PATH] = vm.descriptor()
    vm.volume = replace(vm.volume, volume_key=bytes(range(64)), marker=b"the host's root\n")


def check(r):
    r.stops("HEADER_MAC", where="header")
