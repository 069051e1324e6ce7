# SPDX-License-Identifier: GPL-2.0-or-later
"""A null-cipher header, with the right key: refused, nothing mapped or written."""


def setup(vm):
    vm.disk.root.edit("seg-null")


def check(r):
    r.stops("HEADER_PROFILE", where="header")
