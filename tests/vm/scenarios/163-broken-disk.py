# SPDX-License-Identifier: GPL-2.0-or-later
"""The header cannot be read."""

from harness.disk import MIB
from harness.nbd import Server


def setup(vm):
    vm.serve_disk = lambda socket: Server(socket, "Broken", vm.disk.path,
                                           first=MIB, last=2 * MIB)


def check(r):
    r.stops("DISK_MISSING")
