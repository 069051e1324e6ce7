# SPDX-License-Identifier: GPL-2.0-or-later
"""The TPM dies when the key is released: what was opened is closed again."""

from dataclasses import replace


def setup(vm):
    # more iterations, so that the keyslot takes longer than the host needs
    vm.volume = replace(vm.volume, iterations=200000)
    vm.when(lambda: vm.kbs.wait_for(lambda record: "released" in record),
            lambda: vm.swtpm.kill())
    vm.step("mapper", "ls /dev/mapper")


def check(r):
    r.stops("MEASURE", where="measure")
    r.equal(r.steps["mapper"].out, b"control\n", "/dev/mapper")
