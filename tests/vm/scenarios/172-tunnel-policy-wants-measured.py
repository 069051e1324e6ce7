# SPDX-License-Identifier: GPL-2.0-or-later
"""A resource that names the registrar, and a KBS that registers only who has measured
the key: the VM attests once more at once, and does not ask for the disk's key again."""

import json

from harness import registrar, tunnel
from harness.vm import KEY_PATH

PATH = "default/wireguard/vm1"


def setup(vm):
    tunnel.use_registrar(vm)
    vm.kbs.resources[PATH] = json.dumps({
        "kind": "wireguard", "private-key": "generate",
        "register": registrar.uri("vm1")}).encode()
    vm.kbs.policy["plugin"][tunnel.PEER]["pcr15"] = "extended"
    vm.config["tunnel wg0"]["credentials"] = f"kbs:///{PATH}"
    vm.step("ping", "exec ping -c 2 -W 5 10.99.0.1")
    tunnel.look_at_gateway(vm)


def check(r):
    r.opens()
    r.succeeded("ping")
    r.replays()
    tunnel.one_key(r)
    r.equal(len(r.released(KEY_PATH)), 1, "times that the disk's key was released")
    asked = tunnel.asked(r)
    r.equal([a["status"] for a in asked], [401, 200], "answers about the registration")
    r.equal(len({a["query"]["pubkey"] for a in asked}), 1, "keys that were registered")
    events = [e["content"]["string"] for e in r.event_log()]
    r.equal(asked[-1]["pcrs"]["pcr15"], r.replay(events=len(events) - 1),
            "PCR 15 when the key was registered")
