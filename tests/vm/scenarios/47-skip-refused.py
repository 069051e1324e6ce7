# SPDX-License-Identifier: GPL-2.0-or-later
"""rd.postern=0 is refused where a root volume is configured."""


def setup(vm):
    vm.append = "rd.postern=0"


def check(r):
    r.stops("CONFIG", rc=2)
