# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines in a Nebula network, with certificates of the KBS and nebula(1) in their
real roots: they reach the lighthouse and, by a way that it tells them, each other."""

import base64
import json
import threading

from harness import nebula

MACHINES = {"vm1": "10.42.0.2", "vm2": "10.42.0.3"}
FILES = "run/postern/nebula/neb0"
SETTLE = """until ping -c 1 -W 2 -I neb0 {address}; do
	n=$((n + 1))
	[ $n -lt 15 ] || exit 1
done"""


def lan(vm, number, sockets):
    """One end of a cable from one machine to the other."""
    ends = [sockets / f"lan{number ^ flip}" for flip in (0, 1)]
    vm.qemu += ["-netdev", f"dgram,id=lan,local.type=unix,local.path={ends[0]},"
                f"remote.type=unix,remote.path={ends[1]}",
                "-device", f"virtio-net-pci,netdev=lan,romfile=,mac=52:54:00:00:00:0{number + 1}"]
    vm.network = f"net_up\nip link set eth1 up\nip addr add 10.1.0.{number + 1}/24 dev eth1\n"


def setup(vm):
    vm.lighthouse = nebula.Lighthouse(vm.out)
    vm.lighthouse.start()
    vm.kbs.plugins = vm.lighthouse.plugins
    vm.limit = 200
    vm.on("meet", threading.Barrier(2).wait)
    vm.on("part", threading.Barrier(2).wait)
    for number, machine in enumerate((vm, vm.beside("second"))):
        lan(machine, number, vm.run)
        name = list(MACHINES)[number]
        nebula.use(machine, name, MACHINES[name])
        machine.real_step("lighthouse", SETTLE.format(address=nebula.INSIDE))
        machine.real_step("meet", "host meet")
        other = MACHINES[list(MACHINES)[1 - number]]
        machine.real_step("ping", SETTLE.format(address=other))
        machine.real_step("part", "host part")


def check_machine(r, name):
    r.opens()
    for step in ("nebula", "lighthouse", "ping"):
        r.succeeded(step)
    r.events("config", "kbs", "volume root", "tunnel neb0", "leave")
    certificate = json.loads(nebula.cert("print", "-json", "-path", r.facts / FILES / "host.crt"))
    r.equal(certificate["details"]["name"], name, "name in the certificate")
    key = base64.b64encode(bytes.fromhex(certificate["details"]["publicKey"])).decode()
    r.equal(r.event_log()[3]["content"]["string"].split()[-1], key, "public key in the event")
    r.equal([t["public_key"] for t in r.report()["tunnel"]], [key], "public key in the report")
    r.equal(r.modes[FILES], (0o700, 0, 0), "mode and owner of the directory")
    files = ["ca.crt", "config.yml", "host.crt", "host.key"]
    r.equal({p.name: r.modes[f"{FILES}/{p.name}"] for p in (r.facts / FILES).iterdir()},
            dict.fromkeys(files, (0o600, 0, 0)), "modes and owners of the files")
    private = base64.b64decode("".join(r.text(f"{FILES}/host.key").splitlines()[1:-1]))
    r.no_secrets({"private key": private}, skip=[f"{FILES}/host.key"])


def check(r):
    check_machine(r, "vm1")
    check_machine(r.beside(r.vm.others[0]), "vm2")
