# SPDX-License-Identifier: GPL-2.0-or-later
"""The network comes up while the agent waits for it."""


def setup(vm):
    vm.network = "(sleep 5; net_up) &"


def check(r):
    r.opens()
