# SPDX-License-Identifier: GPL-2.0-or-later
"""The second volume does not open: the first is closed again."""

from dataclasses import replace


def setup(vm):
    vm.disk.add("data", replace(vm.volume, uuid="0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3"))
    vm.kbs.resources["default/disk/data"] = b"not its passphrase"
    vm.config["volume data"] = {"device": "PARTLABEL=data",
                                "key": "kbs:///default/disk/data"}


def check(r):
    r.stops("KEY_REJECTED", where="unlock")
