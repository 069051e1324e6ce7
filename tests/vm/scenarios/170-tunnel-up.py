# SPDX-License-Identifier: GPL-2.0-or-later
"""up = yes: the tunnel carries packets when the agent is gone, by the kernel's own
interface; no file has the key."""

from harness import wireguard
from harness.gateway import Gateway

PATH = "default/wireguard/vm1"


def setup(vm):
    gateway = Gateway(vm.out)
    vm.kbs.resources[PATH] = wireguard.document(gateway.endpoint)
    vm.config["tunnel wg0"] = {"credentials": f"kbs:///{PATH}", "up": "yes"}
    vm.modules += ["wireguard"]
    vm.gateway = gateway
    gateway.start()
    gateway.peer(wireguard.public_text(), "10.99.0.2/32,fd99::2/128", wireguard.SHARED)
    vm.step("ping", "exec ping -c 2 -W 5 10.99.0.1")
    vm.step("ping6", "exec ping -c 2 -W 5 fd99::1")
    vm.on("show", lambda: setattr(vm, "peers", gateway.show()))
    vm.step("show", "host show")


def check(r):
    r.opens()
    r.succeeded("ping")
    r.succeeded("ping6")
    r.replays()
    r.events("config", "kbs", "volume root", "tunnel wg0", "leave")
    found = r.vm.peers.get(wireguard.public_text())
    if r.expect(found, "the gateway does not know the guest's key"):
        r.expect(found[2] > 0, "there was no handshake")
    r.no_secrets({"WireGuard key": wireguard.PRIVATE, "preshared key": wireguard.SHARED})
    files = [p for p in r.modes if p.startswith("run/systemd/network/50")]
    r.equal([p.rsplit(".", 1)[1] for p in files], ["network"], "files for networkd")
