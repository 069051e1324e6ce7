# SPDX-License-Identifier: GPL-2.0-or-later
"""A tunnel key made in the VM and registered: the public key is the same to all, the
private key is the kernel's alone."""

import base64
import sqlite3

from harness import leaks, tunnel


def setup(vm):
    tunnel.use_registrar(vm)
    vm.append = "rd.postern.debug"
    vm.only(("unlock", "sample_processes &\npostern unlock\nrc=$?\nkill $!\nexit $rc"),
            ("dump", "host dump"), ("ping", "exec ping -c 2 -W 5 10.99.0.1"),
            ("ping6", "exec ping -c 2 -W 5 fd99::1"))
    vm.on("dump", lambda: setattr(vm, "dump", vm.machine.memory(vm.memory)))
    tunnel.look_at_gateway(vm)
    # only now: before, the dump would show what wg(8) has in its memory
    tunnel.show_key(vm)


def shared_key(vm):
    with sqlite3.connect(vm.registrar.state / "peers.sqlite") as peers:
        return base64.b64decode(peers.execute("SELECT preshared_key FROM peers").fetchone()[0])


def check(r):
    r.opens()
    for step in ("ping", "ping6", "key"):
        r.succeeded(step)
    r.replays()
    r.events("config", "kbs", "volume root", "tunnel wg0", "leave")
    key = tunnel.one_key(r)
    r.equal([a["status"] for a in tunnel.asked(r)], [200], "answers of the plug-in")
    r.equal(r.vm.at_gateway.get(key, ("", ""))[1], "10.99.0.2/32,fd99::2/128", "allowed")
    # clamping changes the first and the last byte
    private = base64.b64decode(r.steps["key"].out)[1:31]
    secrets = {"private key": private, "preshared key": shared_key(r.vm)}
    r.no_secrets(secrets, skip=["step/key.out"])
    r.expect(b"postern" in (r.facts / "samples").read_bytes(), "the samples missed the agent")
    copies = {name: r.vm.dump.count(secret) for name, secret in secrets.items()}
    r.equal(copies, dict.fromkeys(secrets, 1), "copies in memory, of which the kernel needs one")
    text = {name: [s for s in leaks.find(r.vm.dump, {name: secret}) if s[1] != "raw"]
            for name, secret in secrets.items()}
    r.equal(text, dict.fromkeys(secrets, []), "spelt out in memory")
