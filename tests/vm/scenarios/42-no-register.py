# SPDX-License-Identifier: GPL-2.0-or-later
"""A register is required and there is none: stopped before the key is asked for."""


def setup(vm):
    vm.use_sample()
    vm.config["measure"] = {"register": "pcr:15", "required": "yes"}


def check(r):
    r.stops("MEASURE")
    r.equal([x for x in r.kbs_log if "released" in x], [], "released secrets")
