# SPDX-License-Identifier: GPL-2.0-or-later
"""The tunnel from the initramfs to the real root, for each of its managers: one
interface with one set of addresses, whoever made it, and no break in between."""

import json
from dataclasses import dataclass

import failures
import opens
import stage
from tap import check

# WireGuard itself makes a new handshake then, and not before.
REKEY_AFTER = 120

NETWORKD = "/run/systemd/network/50-postern-wg0"
CREDENTIAL = "network.wireguard.postern-wg0."
KEYFILE = "/run/NetworkManager/system-connections/postern-wg0.nmconnection"

# In place of networkd, which is the manager of both images.
NETWORKMANAGER = " ".join((
    "systemd.mask=systemd-networkd.service", "systemd.mask=systemd-networkd.socket",
    "systemd.mask=systemd-networkd-wait-online.service",
    "systemd.wants=NetworkManager.service", "systemd.wants=NetworkManager-wait-online.service",
    # which it starts, and which take longer than it does where QEMU emulates the processor
    "systemd.mask=systemd-hostnamed.service", "systemd.mask=NetworkManager-dispatcher.service"))


# each check gets the facts that the real root sent, and the stage of it


def addresses(tunnel):
    """Without the link's own, which NetworkManager makes."""
    return sorted((address["local"], address["prefixlen"])
                  for address in tunnel["addresses"][0]["addr_info"]
                  if address["scope"] == "global")


def destinations(tunnel):
    return {route["dst"] for family in tunnel["routes"] for route in family} - {"fe80::/64"}


def is_there_once(facts, world):
    """there is one tunnel, with one key, its addresses once, and its routes"""
    tunnel = json.loads(facts["tunnel"])
    check(tunnel, "it is not there")
    check([link["ifname"] for link in tunnel["links"]] == ["wg0"], tunnel["links"])
    check(tunnel["public"] == world.peer.guest_public, "it has another key")
    check(addresses(tunnel) == world.peer.addresses, tunnel["addresses"])
    check(destinations(tunnel) == set(world.peer.routes), tunnel["routes"])


def stays(facts, world):
    """the tunnel of the initramfs is the real root's: same interface, no new handshake"""
    early, late = json.loads(facts["early"]), json.loads(facts["tunnel"])
    check(early, "it was not there before its manager")
    check(addresses(early) == addresses(late), f"{early} became {late}")
    for key in "links", "routes", "public", "port":
        check(early[key] == late[key], f"{early[key]} became {late[key]}")
    handshakes = early["handshake"], late["handshake"]
    check(handshakes[0] > 0, "there was no handshake in the initramfs")
    check(handshakes[0] == handshakes[1] or handshakes[1] - handshakes[0] >= REKEY_AFTER,
          f"handshakes at {handshakes}")


def is_new(facts, world):
    """the tunnel is the manager's own"""
    check(facts["early"] == "null\n", facts["early"])


def networkd_has_it(facts, world):
    """networkd has configured it"""
    state = facts["networkd"].splitlines()
    check({"ADMIN_STATE=configured", "OPER_STATE=routable",
           f"NETWORK_FILE={NETWORKD}.network"} <= set(state), state)


def networkmanager_has_it(facts, world):
    """NetworkManager has it as our connection"""
    check("wg0:wireguard:connected:postern-wg0" in facts["nmcli"].splitlines(), facts["nmcli"])
    warnings = [line for line in facts["journal"].splitlines()
                if "NetworkManager[" in line and "<warn>" in line and "(wg0)" in line]
    check(not warnings, warnings)


def networkmanager_leaves_it(facts, world):
    """NetworkManager shows it, and leaves it alone"""
    check("wg0:wireguard:connected (externally):wg0" in facts["nmcli"].splitlines(),
          facts["nmcli"])


def wg_quick_has_it(facts, world):
    """wg-quick has brought it up"""
    check("postern-tunnel-wg0.service" in facts["units"], facts["units"])


@dataclass(frozen=True)
class Boot:
    handover: str                   # and further lines of the tunnel's section
    up: str
    checks: tuple
    files: dict                     # what we left below /run, and for whom
    keys: tuple                     # those that hold the private key
    append: str = ""


SEALED, GUARDED, OPEN = (f"{mode} root:root" for mode in
                         ("-r--------", "-rw-------", "-rw-r--r--"))
IN_FILE = Boot("networkd", "no", (is_new, networkd_has_it), {
    f"{NETWORKD}.netdev": "-rw-r----- root:systemd-network", f"{NETWORKD}.network": OPEN},
    (f"{NETWORKD}.netdev",))
IN_CREDENTIALS = Boot("networkd\nkey-as = credential", "no", (is_new, networkd_has_it), {
    f"/run/credstore/{CREDENTIAL}0": SEALED, f"/run/credstore/{CREDENTIAL}1": SEALED,
    f"{NETWORKD}.netdev": OPEN, f"{NETWORKD}.network": OPEN},
    (f"/run/credstore/{CREDENTIAL}0",
     f"/run/credentials/systemd-networkd.service/{CREDENTIAL}0"))
NETWORKD_UP = Boot("networkd", "yes", (stays, networkd_has_it), {f"{NETWORKD}.network": OPEN}, ())
IN_KEYFILE = Boot("networkmanager", "no", (is_new, networkmanager_has_it), {KEYFILE: GUARDED},
                  (KEYFILE,), NETWORKMANAGER)
NETWORKMANAGER_UP = Boot("networkmanager", "yes", (stays, networkmanager_leaves_it), {}, (),
                         NETWORKMANAGER)
WG_QUICK = Boot("wg-quick", "no", (is_new, wg_quick_has_it), {}, ())


def leaves(facts, world, case):
    """what postern left is what its manager needs, and guarded"""
    found = {}
    for line in facts["run"].splitlines():
        mode, owner, _, path = line.split(maxsplit=3)
        if mode[0] == "-" and "postern" in path and "wg0" in path:
            found[path] = f"{mode} {owner}"
    check(found == case.files, found)
    keys = sorted(facts["keys"].splitlines())
    check(keys == sorted(case.keys), f"the private key is in {keys}")


def judge(tap, name, world, case, checks=()):
    """CHECKS first, then what is to be said of each tunnel."""
    facts = world.facts()
    for function in (*checks, is_there_once, *case.checks):
        tap.test(f"{name}: {function.__doc__}", function, facts, world)
    tap.test(f"{name}: {leaves.__doc__}", leaves, facts, world, case)


def opened(tap, image, out):
    """The boot of opens, whose tunnel is the demo's."""
    judge(tap, "networkd", opens.test(tap, image, out), IN_FILE)


def configure_tunnel(world, case):
    failures.configure(world, {"handover = networkd": f"handover = {case.handover}",
                               "up = no": f"up = {case.up}"})
    world.append = case.append


def networkmanager(tap, image, out):
    """The boot that is neither the demo's nor with another machine."""
    name = "NetworkManager"
    world = stage.boot(image, out / name,
                       change=lambda world: configure_tunnel(world, IN_KEYFILE))
    judge(tap, name, world, IN_KEYFILE, (
        opens.powers_off, opens.status_ok, opens.tunnel_works, opens.nothing_failed,
        opens.no_secrets))
