# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk becomes smaller after its header was read."""

from harness.disk import MIB


def setup(vm):
    vm.disk.root.label = None
    vm.config["volume root"]["device"] = "/dev/vda"
    vm.when(lambda: vm.kbs.wait_for(lambda record: "released" in record),
            lambda: vm.machine.qmp.command("block_resize", device="disk", size=17 * MIB))


def check(r):
    r.failed("unlock", ("DISK_MISSING", "TABLE"), where="unlock")
    r.no_mapping()
    r.pcr_untouched()
