# SPDX-License-Identifier: GPL-2.0-or-later
"""The volume is looked for by the UUID of its header, on a disk without a table."""

from harness.vm import READ_MARKER


def setup(vm):
    vm.disk.root.label = None
    vm.config["volume root"]["device"] = f"UUID={vm.volume.uuid.upper()}"
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
