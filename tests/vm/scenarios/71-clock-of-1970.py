# SPDX-License-Identifier: GPL-2.0-or-later
"""The clock says 1970: the certificate is judged by the time of the build."""


def setup(vm):
    vm.qemu = ["-rtc", "base=1970-01-02T00:00:00"]


def check(r):
    r.opens()
