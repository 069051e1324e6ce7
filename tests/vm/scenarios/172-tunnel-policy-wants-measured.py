# SPDX-License-Identifier: GPL-2.0-or-later
"""A resource that names the registrar, and a KBS that registers only a key that the log
has: the VM attests once more at once, and does not ask for the disk's key again."""

import json

from harness import registrar, tunnel
from harness.vm import KEY_PATH

TEE = "tdx"
KERNEL = "trixie-backports"
PATH = "default/wireguard/vm1"


def setup(vm):
    tunnel.use_registrar(vm)
    vm.kbs.resources[PATH] = json.dumps({
        "kind": "wireguard", "private-key": "generate",
        "register": registrar.uri("vm1")}).encode()
    vm.kbs.policy["plugin"][tunnel.PEER]["measured-key"] = "pubkey"
    vm.config["tunnel wg0"]["credentials"] = f"kbs:///{PATH}"
    vm.step("ping", "exec ping -c 2 -W 5 10.99.0.1")
    tunnel.look_at_gateway(vm)


def check(r):
    r.opens()
    r.succeeded("ping")
    r.rtmr_replays()
    r.events("config", "kbs", "volume root", "tunnel wg0", "leave")
    tunnel.one_key(r)
    r.kbs_refused("PolicyDeny", "not measured")
    asked = tunnel.asked(r)
    r.equal([a["status"] for a in asked], [401, 200], "answers about the registration")
    r.equal(len({a["query"]["pubkey"] for a in asked}), 1, "keys that were registered")
    r.equal(len([x for x in r.kbs_log if "claims" in x]), 2, "attestations")
    r.equal(len(r.released(KEY_PATH)), 1, "times that the disk's key was released")
