# SPDX-License-Identifier: GPL-2.0-or-later
"""The gateway by a name, resolved in the VM.  When the name server lies there is no
handshake, which is no reason to stop; when it knows nothing, it is asked again."""

import time

from harness import kbs, tunnel
from harness.dns import NameServer
from harness.gateway import PORT

NAME = "gateway.test"


def setup(vm):
    tunnel.use_registrar(vm, endpoint=f"{NAME}:{PORT}")
    vm.config["network"]["dns"] = kbs.ADDRESS
    vm.names = NameServer(NAME, kbs.ADDRESS)
    vm.names.start()
    vm.step("ping", "exec ping -c 2 -W 5 10.99.0.1")
    tunnel.look_at_gateway(vm)


def once_more(vm):
    vm.registrar.release("vm1")
    vm.only(("unlock", "exec postern unlock"), ("ping", "ping -c 2 -W 5 10.99.0.1"))
    tunnel.look_at_gateway(vm)


def lie(vm):
    once_more(vm)
    vm.names.address = "10.0.2.99"


def know_nothing(vm):
    once_more(vm)
    vm.names.name, vm.names.address = "other.test", kbs.ADDRESS
    vm.names.asked.clear()
    vm.when(lambda: wait_for(vm.names), lambda: setattr(vm.names, "name", NAME))


def wait_for(names):
    while not names.asked:
        time.sleep(0.01)


def check(r):
    r.opens()
    r.succeeded("ping")
    r.equal(set(r.vm.names.asked), {NAME}, "names asked for")
    tunnel.one_key(r)
    lied_to = r.after("lied-to", lie)
    lied_to.opens()
    lied_to.equal(lied_to.steps["ping"].rc, 1, "ping: exit status")
    lied_to.equal([seen[2] for seen in lied_to.vm.at_gateway.values()], [0], "handshakes")
    late = r.after("late", know_nothing)
    late.opens()
    late.succeeded("ping")
    late.expect("cannot resolve" in late.steps["unlock"].err, "nobody missed the name")
    late.equal([a["status"] for a in tunnel.asked(late)], [200], "registrations")
