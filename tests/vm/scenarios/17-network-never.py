# SPDX-License-Identifier: GPL-2.0-or-later
"""There is no network: the wait is bounded, and says so."""

from harness.result import EXIT_TEMPORARY


def setup(vm):
    vm.network = ":"
    vm.config["network"]["wait"] = "3s"
    vm.kbs.start_at_boot = False


def check(r):
    r.stops("NETWORK", rc=EXIT_TEMPORARY, where="network")
