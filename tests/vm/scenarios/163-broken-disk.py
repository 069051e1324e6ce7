# SPDX-License-Identifier: GPL-2.0-or-later
"""The header cannot be read."""

from harness.disk import MIB
from harness.nbd import Broken


def setup(vm):
    vm.serve_disk = lambda socket: Broken(socket, vm.disk.path, MIB, 2 * MIB)


def check(r):
    r.stops("DISK_MISSING")
