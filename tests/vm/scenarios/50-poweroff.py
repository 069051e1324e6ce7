# SPDX-License-Identifier: GPL-2.0-or-later
"""On failure the machine is powered off, and the reason is the last word."""


def setup(vm):
    vm.final_action("poweroff")
    vm.kbs.faults = ["deny-all"]


def check(r):
    r.equal(r.reason, "guest-shutdown", "end of the machine")
    r.last_word("KBS_DENIED")
    r.disks_unchanged()
