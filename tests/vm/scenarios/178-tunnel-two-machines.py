# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines, each with a key made inside, reach each other through the tunnel before
and after switch_root; a third that is refused gets no answer; nobody else could read it."""

import threading

from harness import capture, registrar, tunnel, wireguard
from harness.initrd import program

NAMES = ["vm1", "vm2"]
# one of them is the machine's own
PING = "ping -c 2 -W 10 10.99.0.2 && ping -c 2 -W 10 10.99.0.3 && ping -c 2 -W 10 fd99::2 && " \
       "ping -c 2 -W 10 fd99::3"
STRANGER = f"""ip link add wg0 type wireguard
{tunnel.WG} genkey > /tmp/key
{tunnel.WG} set wg0 private-key /tmp/key peer {wireguard.public_text(wireguard.PEER)} \
endpoint 10.0.2.2:51820 allowed-ips 10.99.0.0/24
ip addr add 10.99.0.2/24 dev wg0
ip link set wg0 up
ping -c 3 -W 3 10.99.0.1
ping -c 3 -W 3 10.99.0.3
{tunnel.WG} show wg0 transfer"""


def steps(vm, name):
    vm.config["tunnel wg0"]["credentials"] = registrar.uri(name)
    vm.step("meet", "host meet")
    vm.step("ping", PING)
    vm.step("part", "host part")
    vm.real_step("meet-again", "host meet-again")
    vm.real_step("ping-again", PING)
    vm.real_step("key", f"{tunnel.WG} show wg0 public-key && {tunnel.WG} show interfaces")
    vm.real_step("part-again", "host part-again")
    vm.real_files.update(program(tunnel.WG))


def setup(vm):
    tunnel.use_registrar(vm)
    vm.gateway.forward()
    vm.kbs.policy["plugin"][tunnel.PEER]["query.name"] = NAMES
    for word in ("meet", "meet-again", "part-again"):
        vm.on(word, threading.Barrier(2).wait)
    vm.on("part", threading.Barrier(2, lambda: setattr(vm, "early", vm.gateway.show())).wait)
    vm.limit = 200
    second, third = vm.beside("second"), vm.beside("third")
    for machine, name in zip((vm, second), NAMES):
        steps(machine, name)
    third.use_sample()
    third.config["agent"]["timeout"] = "40s"
    third.config["tunnel wg0"]["credentials"] = registrar.uri("vm1")
    third.files.update(program(tunnel.WG))
    third.step("try", STRANGER)
    for machine in (vm, second, third):
        capture.start(machine)


def check_machine(r):
    r.opens()
    for step in ("ping", "ping-again", "key"):
        r.succeeded(step)
    key = tunnel.measured_key(r)
    r.equal(r.steps["key"].out.decode().split(), [key, "wg0"], "key and interfaces at last")
    inside = [line.split()[1] for line in r.text("addresses").splitlines() if "99::" in line
              or "10.99." in line]
    r.equal(len(inside), 2, f"addresses in the tunnel {inside}")
    r.expect("real / tmpfs" in r.text("mounts"), "the root was not switched to")
    check_wire(r)
    return key


def check_wire(r):
    wire = capture.Wire(r.vm.capture)
    r.equal(set(wire.kinds) - capture.QUIET, {"wireguard", "tls"},
            f"on the wire: {dict(wire.kinds)}")


def check(r):
    second, third = (r.beside(vm) for vm in r.vm.others)
    keys = {check_machine(r), check_machine(second)}
    r.equal(set(r.vm.early), keys, "peers of the gateway")
    r.equal(list(r.vm.registrar.peers()), NAMES, "registered")
    r.equal({key: row[0] for key, row in r.vm.gateway.show().items()},
            {key: row[0] for key, row in r.vm.early.items()},
            "the machines' addresses and ports, before and after switch_root")
    third.ended()
    third.failed("unlock", "KBS_DENIED")
    third.equal(third.steps["try"].out.split()[-2:-1], [b"0"], "bytes that the third received")
    check_wire(third)
