# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel is shown one partition table and we another, which gives the name to
another partition: it is not opened under that name."""

from harness.disk import MIB, SECTOR, gpt
from harness.nbd import Server
import shutil


def setup(vm):
    vm.disk.add("other")
    vm.config["agent"]["timeout"] = "8s"

    def serve(socket):
        evil = vm.disk.path.with_suffix(".evil")
        shutil.copy(vm.disk.path, evil)
        size = evil.stat().st_size
        with open(evil, "r+b") as f:
            gpt(f, size, [("other", MIB, 8 * MIB), ("root", 9 * MIB, 16 * MIB)])
        return Server(socket, "TwoFaced", vm.disk.path, evil=evil,
                      first=SECTOR, last=34 * SECTOR)

    vm.serve_disk = serve


def check(r):
    r.stops("DISK_MISSING", rc=r.steps["unlock"].rc)
    r.expect("the kernel has no partition where the table says" in r.steps["unlock"].err,
             "the difference is not named")
