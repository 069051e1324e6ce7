# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel parameter cannot redirect the agent: it stops."""


def setup(vm):
    # what the configuration says of failures does not count yet
    vm.final_action("poweroff")
    vm.append = "rd.postern.url=https://192.0.2.1:8080"


def check(r):
    r.equal(r.reason, "guest-shutdown", "end of the machine")
    r.last_word("CONFIG")
    r.disks_unchanged()
    r.equal(r.kbs_log, [], "requests at the KBS")
