# SPDX-License-Identifier: GPL-2.0-or-later
"""On failure the machine is rebooted, if so configured."""


def setup(vm):
    vm.final_action("reboot")
    vm.kbs.faults = ["deny-all"]


def check(r):
    r.equal(r.reason, "guest-reset", "end of the machine")
    r.last_word("KBS_DENIED")
    r.disks_unchanged()
