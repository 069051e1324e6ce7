# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines at a time, each of another image and with a key that it makes itself,
which reach each other through a gateway: where the tunnel is up in the initramfs
there, too, and in the real root by its managers."""

import base64
import re
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import opens
import stage
import tunnels
from failures import configure
from harness import capture, registrar, wireguard
from harness.base import fresh
from harness.gateway import Gateway
from harness.kbs import ADDRESS
from harness.machine import serve_port
from harness.tunnel import PEER
from tap import check

# What the registrar has to give: the first two of each.
ADDRESSES = ("10.99.0.2", "10.99.0.3", "fd99::2", "fd99::3")
ROUTES = ("10.99.0.0/24", "fd99::/64")
# What each says, in this order.
INITRAMFS = ["in the initramfs", "done in the initramfs"]
ROOT = ["in the root", "done in the root"]
# The second's KBS is at the same address, but not by QEMU's own way to this machine.
NETWORKS = (("127.0.0.1", stage.NETWORK), (ADDRESS, f"{stage.NETWORK},net=10.0.3.0/24"))
LIMIT = 1200                        # seconds; each waits for the slower one
KEY = re.compile(r"[A-Za-z0-9+/]{43}=")

# The first is of the dracut image, the second of the initramfs-tools image.
PAIRS = (
    {"networkd, up": tunnels.NETWORKD_UP, "NetworkManager, up": tunnels.NETWORKMANAGER_UP},
    {"networkd, credentials": tunnels.IN_CREDENTIALS, "wg-quick": tunnels.WG_QUICK},
)


class Member:
    """In place of stage.Peer, what gateway and registrar know of the machine NAME."""

    routes = ROUTES

    def __init__(self, name, gateway, registered):
        self.name, self.gateway, self.registered = name, gateway, registered
        self.guest_public, self.addresses, self.bytes, self.shared = "", [], 0, []

    def start(self):
        """They run already, and go on for the others."""

    stop = start

    def look(self):
        """While they still do."""
        if self.name not in self.registered.peers():
            return
        self.guest_public, addresses = self.registered.peers()[self.name]
        self.addresses = sorted((a, 64 if ":" in a else 24) for a in addresses)
        self.bytes = self.gateway.show()[self.guest_public][3]
        self.shared = [line.split()[1] for line in
                       stage.wg("show", "gateway", "preshared-keys").splitlines()]

    def secrets(self):
        return self.shared


class Meeting:
    """Where a machine waits for the others: it says a word at its port, and is
    answered when all have said one, or when one is gone."""

    def __init__(self, machines):
        self.barrier = threading.Barrier(machines)

    def invite(self, world):
        path = world.run / "meet"
        world.words = []
        world.extra += ["-chardev", f"socket,id=meet,path={path},server=on,wait=off",
                        "-device", "virtserialport,chardev=meet,name=meet"]

        def answer(word):
            world.words.append(word)
            try:
                self.barrier.wait()
            except threading.BrokenBarrierError:
                pass
        world.on_start = lambda qmp: threading.Thread(
            target=serve_port, args=(path, answer), daemon=True).start()

    def boot(self, world):
        try:
            world.boot(limit=LIMIT, type_often=stage.TYPED)
        finally:
            self.barrier.abort()


def meets_in_initramfs(world):
    """Before the root is left for, by whatever runs then."""
    world.overlay.update({
        "usr/bin/busybox-static": (0o755, Path(shutil.which("busybox")).read_bytes()),
        "usr/bin/meet": (0o755, (Path(__file__).parent / "meet").read_text()),
        # dracut's; postern's unit has fewer capabilities than ping needs
        "etc/systemd/system/postern-unlock.service.d/meet.conf":
            "[Service]\nExecStartPost=+/usr/bin/meet\n",
        # initramfs-tools'
        "scripts/local-bottom/ORDER": "/usr/bin/meet\n",
    })


def join(world, case, member, network, meeting):
    """A machine with this tunnel, which the registrar knows as MEMBER."""
    world.peer = member
    world.meets = (INITRAMFS if case.up == "yes" else []) + ROOT
    tunnels.configure_tunnel(world, case)
    configure(world, {f"kbs:///{stage.TUNNEL}": registrar.uri(member.name)})
    world.kbs.resources.pop(stage.TUNNEL)
    world.kbs.plugins = member.registered.plugins
    world.kbs.policy["plugin"] = {PEER: {"tee": "tpm", "query.name": [member.name]}}
    world.kbs.host, world.network = network
    world.append += " demo.peers=" + ",".join(ADDRESSES)
    world.capture = world.out / "wire.pcap"
    world.extra += capture.options(world.capture)
    meeting.invite(world)
    if case.up == "yes":
        meets_in_initramfs(world)


# each check gets the facts that the real root sent, and the stage of it


def reaches_the_other(facts, world):
    """it reaches the other machine through the tunnel, as soon as it is up"""
    check(facts["ping.exit"] == "0\n", facts["ping"] + facts["ping.err"])
    others = set(ADDRESSES) - {address for address, _ in world.peer.addresses}
    check(len(others) == 2, world.peer.addresses)
    check(set(re.findall(r"--- (\S+) ping", facts["ping"])) == others, facts["ping"])
    check(world.words == world.meets, world.words)
    check(world.peer.bytes > 0, "the gateway received nothing")


def measured(facts, world):
    """the measured key is the one that was registered"""
    keys = [words[3] for words in (record["content"]["string"].split()
                                   for record in opens.json_seq(facts["eventlog"]))
            if words[1] == "tunnel"]
    check(keys == [world.peer.guest_public], keys)


def keeps_its_key(facts, world):
    """nothing that leaves the machine has its private key"""
    for name, text in {"console": world.console(), **facts}.items():
        found = [key for key in KEY.findall(text) if
                 wireguard.public_text(base64.b64decode(key)) == world.peer.guest_public]
        check(not found, f"it is in {name}")


def only_encrypted(facts, world):
    """on the wire are only WireGuard and TLS"""
    kinds = capture.Wire(world.capture).kinds
    check(set(kinds) - capture.QUIET == {"wireguard", "tls"}, dict(kinds))


CHECKS = (opens.powers_off, opens.status_ok, reaches_the_other, measured, keeps_its_key,
          only_encrypted, opens.nothing_failed, opens.no_secrets)


def boot(worlds, meeting):
    """All at once, to their ends."""
    for world in worlds:
        world.start()
    with ThreadPoolExecutor(len(worlds)) as pool:
        for booted in [pool.submit(meeting.boot, world) for world in worlds]:
            booted.result()
    for world in worlds:
        world.peer.look()


def pair(images, out, cases):
    gateway = Gateway(fresh(out))
    gateway.start()
    gateway.forward()
    registered = registrar.Registrar(out, gateway)
    registered.start()
    meeting, worlds = Meeting(len(cases)), []
    try:
        for image, (name, case), network in zip(images, cases.items(), NETWORKS):
            def changes(world, case=case, network=network):
                member = Member(f"vm{len(worlds) + 1}", gateway, registered)
                join(world, case, member, network, meeting)
            worlds.append(stage.prepare(image, out / name.replace(", ", "-"), changes))
        boot(worlds, meeting)
    finally:
        for each in (*worlds, registered, gateway):
            each.stop()
    for world in worlds:
        print(f"# {world.out.name}: {world.seconds:.1f} s", flush=True)
    return worlds


def test(tap, image, other, out):
    subprocess.run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
    for cases in PAIRS:
        folder = out / " and ".join(cases).replace(", ", "-").replace(" ", "-")
        worlds = pair((image, other), folder, cases)
        for world, (name, case) in zip(worlds, cases.items()):
            tunnels.judge(tap, name, world, case, CHECKS)
