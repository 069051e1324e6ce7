# SPDX-License-Identifier: GPL-2.0-or-later
"""The name has another key, which the owner releases while the VM waits: it registers
the key that it had, and does not ask for the disk's key again."""

from harness import tunnel, wireguard
from harness.vm import KEY_PATH


def setup(vm):
    tunnel.use_registrar(vm)
    vm.registrar.register("vm1", wireguard.public_text())
    # the next try after a refusal is a minute later
    vm.config["agent"]["timeout"] = "100s"
    vm.limit = 200
    vm.when(lambda: vm.kbs.wait_for(lambda r: r.get("error") == "PluginInternalError"),
            lambda: vm.registrar.release("vm1"))
    vm.step("ping", "exec ping -c 2 -W 5 10.99.0.1")
    tunnel.look_at_gateway(vm)


def check(r):
    r.opens()
    r.succeeded("ping")
    r.replays()
    r.events("config", "kbs", "volume root", "tunnel wg0", "leave")
    tunnel.one_key(r)
    asked = tunnel.asked(r)
    r.equal([a["status"] for a in asked], [401, 200], "answers about the registration")
    r.equal(len({a["query"]["pubkey"] for a in asked}), 1, "keys that were to be registered")
    r.equal(len(r.released(KEY_PATH)), 1, "times that the disk's key was released")
