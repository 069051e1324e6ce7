# SPDX-License-Identifier: GPL-2.0-or-later
"""A KBS with a certificate of another CA gets no evidence."""


def setup(vm):
    vm.identity(vm.kbs, "other")


def check(r):
    r.stops("KBS_IDENTITY")
    r.equal([x for x in r.kbs_log if x["verdict"] != "tls"], [], "requests at the false KBS")
