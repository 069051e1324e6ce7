# SPDX-License-Identifier: GPL-2.0-or-later
"""A KBS that is busy, hangs up and forgets its sessions: the boot goes through."""


def setup(vm):
    vm.kbs.faults = ["refuse-first=2,1@auth", "drop-first=1@attest",
                     "expire-session@resource*1"]


def check(r):
    r.opens()
    r.expect(any("expire-session" in x["faults"] for x in r.kbs_log),
             "the session did not expire")
