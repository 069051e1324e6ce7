# SPDX-License-Identifier: GPL-2.0-or-later
"""Names, dates, pins, CAs and client certificates, one after the other."""

from harness import kbs

PORTS = {"wrongname": 8444, "expired": 8445, "self": 8446, "other": 8447, "mutual": 8448}
GOOD = ("pin-only", "pin-and-ca", "pin-second", "pin-of-self", "pin-of-expired", "by-name",
        "client-cert")
BAD = ("wrongname", "expired", "self", "pin-wrong", "pin-wrong-ca-right",
       "pin-right-ca-wrong")


def url(name):
    return f"https://{kbs.ADDRESS}:{PORTS.get(name, kbs.PORT)}"


def servers(vm):
    for name, port in PORTS.items():
        vm.identity(vm.another_kbs(name, port), "server" if name == "mutual" else name)
    vm.more_kbs[-1].client_ca = vm.pki / "ca.pem"
    for name in ("client.pem", "client.key"):
        vm.files[f"etc/postern/{name}"] = (0o600, (vm.pki / name).read_bytes())


def cases(vm):
    """Name of the step: which KBS, and what the configuration allows."""
    return {
        "wrongname": ("wrongname", {}),
        "expired": ("expired", {}),
        "self": ("self", {}),
        "pin-only": ("server", {"ca": None, "pin": vm.pin("server")}),
        "pin-and-ca": ("server", {"pin": vm.pin("server")}),
        "pin-second": ("server", {"ca": None, "pin": f"{vm.pin('other')}, {vm.pin('server')}"}),
        "pin-wrong": ("server", {"ca": None, "pin": vm.pin("other")}),
        "pin-wrong-ca-right": ("server", {"pin": vm.pin("other")}),
        "pin-of-self": ("self", {"ca": None, "pin": vm.pin("self")}),
        "pin-of-expired": ("expired", {"ca": None, "pin": vm.pin("expired")}),
        "pin-right-ca-wrong": ("other", {"pin": vm.pin("other")}),
        "no-client-cert": ("mutual", {}),
        "client-cert": ("mutual", {"client-cert": "/etc/postern/client.pem",
                                   "client-key": "/etc/postern/client.key"}),
    }


def setup(vm):
    vm.persistent_ak = True
    vm.steps.clear()
    servers(vm)
    for case, (server, keys) in cases(vm).items():
        path = vm.variant(case, {"agent": {"timeout": "3s"},
                                 "kbs": {"url": url(server), **keys}})
        vm.step(case, f"exec postern attest --config {path}")
    named = vm.variant("by-name", {"kbs": {"url": f"https://{kbs.NAME}:{kbs.PORT}"}})
    vm.step("by-name", f"exec postern attest --config {named}")


def check(r):
    r.ended()
    for case in GOOD:
        r.succeeded(case)
    for case in BAD:
        r.failed(case, "KBS_IDENTITY")
    r.expect(r.steps["no-client-cert"].rc != 0, "the KBS took us without a certificate")
