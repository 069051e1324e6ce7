# SPDX-License-Identifier: GPL-2.0-or-later
"""Tunnel credentials that are none: nothing is opened, nothing handed over."""


def setup(vm):
    vm.kbs.resources["default/wireguard/vm1"] = b"[Interface]\nPrivateKey = short\n"
    vm.config["tunnel wg0"] = {"credentials": "kbs:///default/wireguard/vm1"}


def check(r):
    r.stops("TUNNEL")
