# SPDX-License-Identifier: GPL-2.0-or-later
"""On failure the machine halts, if so configured: it neither goes on nor ends."""


def setup(vm):
    vm.final_action("halt")
    vm.kbs.faults = ["deny-all"]
    vm.when(lambda: vm.machine.wait_console("System halted"),
            lambda: vm.machine.end())


def check(r):
    r.expect("System halted" in r.console, "the machine did not halt")
    r.last_word("KBS_DENIED")
    r.disks_unchanged()
