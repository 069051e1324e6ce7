# SPDX-License-Identifier: GPL-2.0-or-later
"""The host shows a good header once and an evil one ever after: only the first
counts."""

from harness.disk import MIB
from harness.luks import DATA_OFFSET
from harness.nbd import TwoFaced
from harness.vm import READ_MARKER


def setup(vm):
    def serve(socket):
        copy = vm.disk.evil_copy("seg-null")
        return TwoFaced(socket, vm.disk.path, copy, MIB, MIB + DATA_OFFSET)

    vm.serve_disk = serve
    # the guest's page cache would hide the second reading
    vm.network = ("net_up; while :; do echo 3 > /proc/sys/vm/drop_caches; "
                  "sleep 0.05; done &")
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
