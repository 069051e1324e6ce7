# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole disk by its path, with sectors of 4096 bytes, and a persistent AK."""

from dataclasses import replace

from harness.vm import READ_MARKER


def setup(vm):
    vm.persistent_ak = True
    vm.disk.root.label = None
    vm.volume = replace(vm.volume, sector_size=4096)
    vm.config["volume root"].update({"device": "/dev/vda", "sector-size": 4096})
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
