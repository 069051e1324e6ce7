# SPDX-License-Identifier: GPL-2.0-or-later
"""The TPM dies before the tunnel's key is measured: the KBS never hears of the key."""

from dataclasses import replace

from harness import tunnel


def setup(vm):
    tunnel.use_registrar(vm)
    # more iterations, so that the keyslot takes longer than the host needs
    vm.volume = replace(vm.volume, iterations=200000)
    vm.when(lambda: vm.kbs.wait_for(lambda record: "released" in record),
            lambda: vm.swtpm.kill())
    tunnel.look_at_gateway(vm)


def check(r):
    r.stops("MEASURE", where="measure")
    r.equal(tunnel.asked(r), [], "requests to the plug-in")
    r.equal(r.vm.registered, {}, "registered")
    tunnel.nothing_is_up(r)
