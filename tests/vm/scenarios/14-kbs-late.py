# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS is down and comes up after some seconds."""

import time


def setup(vm):
    vm.kbs.start_at_boot = False

    def later():
        vm.machine.wait_console("VM-STEP unlock")
        time.sleep(4)
    vm.when(later, vm.kbs.start)


def check(r):
    r.opens()
