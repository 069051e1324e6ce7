# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS never comes up: a temporary failure, in time."""

from harness.result import EXIT_TEMPORARY


def setup(vm):
    vm.kbs.start_at_boot = False
    vm.config["agent"]["timeout"] = "6s"


def check(r):
    r.stops(("KBS_UNREACHABLE", "TIMEOUT"), rc=EXIT_TEMPORARY)
    r.expect(r.vm.machine.seconds < 45, "it took too long")
