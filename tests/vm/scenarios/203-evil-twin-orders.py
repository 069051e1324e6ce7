# SPDX-License-Identifier: GPL-2.0-or-later
"""The owner's disk and one that the host made with the same label and UUID and a key
of its own, in both orders: neither is opened, whatever they are looked for by."""

import uuid
from dataclasses import replace

from harness.disk import Disk, guid

SEARCHES = ("label", "uuid", "partuuid")


def setup(vm):
    twin = Disk()
    twin.root.volume = replace(vm.volume, passphrase=b"the host's own", label="root",
                               volume_key=bytes(range(64)), marker=b"the host's root\n")
    vm.disks.append(twin)
    vm.persistent_ak = True
    steps(vm)


def steps(vm):
    # the harness gives this GUID to a first partition that is named so
    first = uuid.UUID(bytes_le=guid("0:root"))
    specs = ("PARTLABEL=root", f"UUID={vm.volume.uuid}", f"PARTUUID={first}")
    vm.steps = []
    for name, spec in zip(SEARCHES, specs):
        path = vm.variant(name, {"volume root": {"device": spec}})
        vm.step(name, f"exec postern unlock --config {path}")


def refused(r):
    r.ended()
    for name in SEARCHES:
        r.failed(name, "DISK_AMBIGUOUS", where="prepare")
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()


def check(r):
    refused(r)

    def other_order(vm):
        vm.disks = vm.disks[::-1]
        steps(vm)
    refused(r.after("reversed", other_order))
