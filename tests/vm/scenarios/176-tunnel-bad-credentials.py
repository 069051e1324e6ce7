# SPDX-License-Identifier: GPL-2.0-or-later
"""Credentials that must not be used, from a resource and from a plug-in, and a kernel
that says no: TUNNEL, nothing is opened or left, and no retry."""

import base64
import json

from harness import registrar, tunnel, wireguard
from harness.gateway import Gateway

ENDPOINT = Gateway.endpoint


def peer(n, *allowed):
    """The N-th, of many."""
    key = wireguard.text(n.to_bytes(32, "little"))
    return {"public-key": key, "allowed-ips": allowed} if allowed else {"public-key": key}


def with_peers(*peers, private=wireguard.PRIVATE_TEXT, **more):
    return json.dumps({"kind": "wireguard", "private-key": private,
                       "addresses": ["10.99.0.2/24"], "peers": peers, **more},
                      separators=(",", ":")).encode()


TWICE = [peer(1, "10.99.0.0/24"), peer(1, "10.98.0.0/24")]
STATIC = {
    "short-key": with_peers(peer(1), private=base64.b64encode(bytes(31)).decode()),
    "long-key": with_peers(peer(1), private=base64.b64encode(bytes(33)).decode()),
    "many-peers": with_peers(*(peer(n) for n in range(1, 10001))),
    "overlap": with_peers(peer(1, "10.99.0.0/24"), peer(2, "10.99.0.128/25")),
    "overlap-6": with_peers(peer(1, "fd99::/64"), peer(2, "fd99::1/128")),
    "default": with_peers(peer(1, "0.0.0.0/0")),
    "default-6": with_peers(peer(1, "::/0")),
    "halves": with_peers(peer(1, "0.0.0.0/1"), peer(2, "128.0.0.0/1")),
    "duplicate": with_peers(*TWICE),
    "duplicate-quick": wireguard.credentials() + wireguard.credentials().partition(b"\n\n")[2],
    "newline": with_peers(dict(peer(1), endpoint="a\n[Peer]\nb:51820")),
    "escape": with_peers(dict(peer(1), endpoint="\x1b[2Ja:51820")),
    "nul": with_peers(dict(peer(1), endpoint="a\0b:51820")),
    "command": b"[Interface]\nPostUp = poweroff\n" + wireguard.credentials(),
    "dns": with_peers(peer(1), dns=["10.99.0.1\nDomains=~."]),
    "no-plug-in": json.dumps({"kind": "wireguard", "private-key": "generate",
                              "register": "kbs:///default/wireguard/vm1"}).encode(),
    "no-path": json.dumps({"kind": "wireguard", "private-key": "generate",
                           "register": "kbs+external:///../peer?name=vm1"}).encode(),
}
ANSWERS = {
    "its-own-key": wireguard.document(ENDPOINT),
    "once-more": json.dumps({"kind": "wireguard", "private-key": "generate",
                             "register": registrar.uri("vm1")}).encode(),
    "answer-default": with_peers(peer(1, "::/0"), private="generate"),
    "answer-overlap": with_peers(peer(1, "10.0.0.0/8"), peer(2, "10.9.0.0/16"),
                                 private="generate"),
}


def variant(vm, name, credentials):
    path = vm.variant(name, {"tunnel wg0": {"credentials": credentials, "up": "yes"}})
    vm.step(name, f"exec postern unlock --config {path}")


def setup(vm):
    vm.modules += ["wireguard"]
    vm.only()
    for name, text in STATIC.items():
        vm.kbs.resources[f"default/wireguard/{name}"] = text
        variant(vm, name, f"kbs:///default/wireguard/{name}")
    vm.step("pcr", "grep -r . /sys/class/tpm/tpm0/pcr-sha256/15")
    for name, text in ANSWERS.items():
        vm.kbs.answers[f"external/wg/{name}"] = text
        variant(vm, name, f"kbs+external:///wg/{name}")
    good = "default/wireguard/vm1"
    vm.kbs.resources[good] = wireguard.document(ENDPOINT)
    vm.step("other", "ip link add wg0 type dummy || ip link add wg0 type wireguard")
    variant(vm, "exists", f"kbs:///{good}")
    vm.step("remains", "cat /sys/class/net/wg0/ifindex && ip link del wg0")


def check(r):
    r.ended()
    for name in STATIC:
        r.failed(name, "TUNNEL", where="key")
    r.equal(r.steps["pcr"].out.strip(b"0\n"), b"", "PCR 15 after those")
    for name in (*ANSWERS, "exists"):
        r.failed(name, "TUNNEL", where="tunnel")
    r.succeeded("remains")
    r.no_mapping()
    r.disks_unchanged()
    tunnel.nothing_is_up(r)
    r.no_secrets({"WireGuard key": wireguard.PRIVATE, "preshared key": wireguard.SHARED})
