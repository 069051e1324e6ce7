# SPDX-License-Identifier: GPL-2.0-or-later
"""The partition is not there: the boot ends, in time."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY


def setup(vm):
    vm.disk.root.label = "boot"
    vm.config["agent"]["timeout"] = "8s"


def check(r):
    rc = r.steps["unlock"].rc
    r.expect(rc in (EXIT_FINAL, EXIT_TEMPORARY), f"exit status {rc}")
    r.stops("DISK_MISSING", rc=rc)
