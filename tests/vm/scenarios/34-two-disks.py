# SPDX-License-Identifier: GPL-2.0-or-later
"""Two partitions with the wanted label: neither is opened."""

from harness.disk import Disk


def setup(vm):
    vm.disks.append(Disk())


def check(r):
    r.stops("DISK_AMBIGUOUS")
