# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks that are not one card and a DHCP server in time: what the initramfs's own
network tool makes of the kernel command line, and what the agent makes of that."""

import socket
import struct
import subprocess
import threading

import stage
from failures import configure
from harness.dns import NameServer
from harness.kbs import ADDRESS, NAME, pki
from tap import check

GUEST, GATEWAY6 = "10.0.2.15", "fec0::2"
VLAN = 5
TAG = struct.pack(">HH", 0x8100, VLAN)
LATE = 30                           # seconds
# The real root has nothing to do here.
ONLY_INITRAMFS, LAST_STEP = "net.ifnames=0 systemd.unit=poweroff.target", "postern: handover: "


def use_certificate(world, name, address):
    made = pki(world.run, name, address)
    world.kbs.cert = (made / "server.pem", made / "server.key")
    world.overlay["etc/postern/kbs-ca.pem"] = (made / "ca.pem").read_bytes()


def static(world):
    """a static address"""
    world.append = f"ip={GUEST}::{ADDRESS}:255.255.255.0::eth0:none"


def host_route(world):
    """an address without a network, and a gateway outside of it"""
    # ip= cannot say it: systemd's generator does not write GatewayOnLink=
    world.overlay["etc/systemd/network/10-static.network"] = (
        f"[Match]\nType=ether\n[Network]\nAddress={GUEST}/32\n"
        f"[Route]\nGateway={ADDRESS}\nGatewayOnLink=yes\n")


def two_cards(world):
    """two cards, one of which leads nowhere"""
    world.extra += ["-netdev", f"dgram,id=nowhere,local.type=unix,local.path={world.run}/nowhere,"
                    f"remote.type=unix,remote.path={world.run}/nobody",
                    "-device", "virtio-net-pci,netdev=nowhere,romfile="]


def only_ipv6(world):
    """IPv6 alone"""
    world.network += ",ipv4=off,ipv6=on"
    world.kbs.host = "[::1]"
    use_certificate(world, "kbs6.test", GATEWAY6)
    configure(world, {f"https://{ADDRESS}": f"https://[{GATEWAY6}]"})


def retag(source, change):
    """Frames that come to SOURCE, a pair of sockets, go on changed."""
    def run():
        while True:
            frame = change(source[0].recv(65536))
            if frame:
                try:
                    source[1].send(frame)
                except OSError:
                    pass            # the machine is not there yet, or any more
    threading.Thread(target=run, daemon=True).start()


def vlan(world):
    """a tagged network"""
    here = []
    for name in ("tagged", "plain"):
        path = world.run / name
        here.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        here[-1].bind(f"{path}.host")
        world.extra += ["-netdev", f"dgram,id={name},local.type=unix,local.path={path},"
                        f"remote.type=unix,remote.path={path}.host"]
    world.extra += ["-netdev", "hubport,id=plain-hub,hubid=1,netdev=plain",
                    "-netdev", "user,id=outside",
                    "-netdev", "hubport,id=outside-hub,hubid=1,netdev=outside",
                    "-device", "virtio-net-pci,netdev=tagged,romfile="]
    world.network = None
    tagged, plain = here

    def started(qmp):
        tagged.connect(f"{world.run}/tagged")
        plain.connect(f"{world.run}/plain")
        retag((tagged, plain), lambda f: f[:12] + f[16:] if f[12:16] == TAG else b"")
        retag((plain, tagged), lambda f: f[:12] + TAG + f[12:])
    world.on_start = started
    world.append = f"vlan=eth0.{VLAN}:eth0 ip=eth0.{VLAN}:dhcp"


def late(world):
    """no cable for half a minute, and no name server for as long after that"""
    use_certificate(world, NAME, ADDRESS)
    configure(world, {f"https://{ADDRESS}": f"https://{NAME}"})
    # what QEMU's own name server asks
    (world.run / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", world.run / "resolv.conf", "/etc/resolv.conf"],
                   check=True)

    def started(qmp):
        qmp.command("set_link", name="net", up=False)
        threading.Timer(LATE, qmp.command, ("set_link",), {"name": "net", "up": True}).start()
        threading.Timer(2 * LATE, NameServer(NAME, ADDRESS).start).start()
    world.on_start = started


NETWORKS = {
    "dracut": (static, host_route, two_cards, only_ipv6, vlan, late),
    "initramfs-tools": (static, two_cards, only_ipv6, late),
}


def opens(world):
    check(world.reason == "guest-shutdown", f"it ended by {world.reason}")
    check(LAST_STEP in world.console(), "the root was not opened")
    # nothing waits in vain for what no request goes through
    check("Wait for Network to be Configured" not in world.console(), "systemd gave up on a card")


def test(tap, image, out):
    for network in NETWORKS[tap.image]:
        def change(world, network=network):
            network(world)
            world.append += f" {ONLY_INITRAMFS}"
        world = stage.boot(image, out / network.__name__, change=change)
        tap.test(f"the root opens with {network.__doc__}", opens, world)
