# SPDX-License-Identifier: GPL-2.0-or-later
"""The name has another key, and keeps it until the time limit: the boot ends with the
KBS's refusal, and nothing of the tunnel is left."""

from harness import tunnel, wireguard


def setup(vm):
    tunnel.use_registrar(vm)
    vm.registrar.register("vm1", wireguard.public_text())
    tunnel.look_at_gateway(vm)


def check(r):
    r.stops("RESOURCE", where="tunnel", measured=True)
    r.equal([a["status"] for a in tunnel.asked(r)], [401], "answers about the registration")
    r.kbs_refused("PluginInternalError", "409")
    r.equal(r.vm.registered["vm1"][0], wireguard.public_text(), "key of the name")
    r.equal(list(r.vm.at_gateway), [wireguard.public_text()], "peers of the gateway")
    r.events("config", "kbs", "volume root", "tunnel wg0")
    tunnel.nothing_is_up(r)
