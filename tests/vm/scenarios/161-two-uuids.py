# SPDX-License-Identifier: GPL-2.0-or-later
"""Two headers with the wanted UUID, one in a partition and one not: neither is
opened."""

from harness.disk import Disk


def setup(vm):
    twin = Disk()
    twin.root.label = None
    vm.disks.append(twin)
    vm.config["volume root"]["device"] = f"UUID={vm.volume.uuid}"


def check(r):
    r.stops("DISK_AMBIGUOUS")
