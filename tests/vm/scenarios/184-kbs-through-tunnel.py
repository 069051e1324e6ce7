# SPDX-License-Identifier: GPL-2.0-or-later
"""Another configuration's volume is opened when the tunnel is up, with a key from a
KBS inside it: on the wire is nothing of that but WireGuard."""

from dataclasses import replace

from harness import capture, wireguard
from harness.gateway import Gateway
from harness.kbs import pki
from harness.vm import UNLOCK

TUNNEL, PATH = "default/wireguard/vm1", "default/disk/data"
INSIDE, PORT = "10.99.0.1", 8444
CA = "/etc/postern/inside-ca.pem"
UUID = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3"


def setup(vm):
    vm.gateway = Gateway(vm.out)
    vm.gateway.start()
    vm.gateway.peer(wireguard.public_text(), "10.99.0.2/32", wireguard.SHARED)
    vm.kbs.resources[TUNNEL] = wireguard.document(vm.gateway.endpoint)
    data = replace(vm.volume, uuid=UUID, volume_key=bytes(range(64)), marker=b"the data\n",
                   passphrase=b"another passphrase")
    vm.disk.add("data", data)
    inside = vm.another_kbs("inside", PORT)
    inside.host, inside.resources = INSIDE, {PATH: vm.descriptor(data)}
    made = pki(vm.context.base, "inside.test", INSIDE)
    inside.cert = (made / "server.pem", made / "server.key")
    vm.files[CA] = (made / "ca.pem").read_bytes()
    later = vm.variant("later", {
        "kbs": {"url": f"https://{INSIDE}:{PORT}", "ca": CA}, "volume root": None,
        "volume data": {"device": "PARTLABEL=data", "key": f"kbs:///{PATH}"}})
    vm.config["tunnel wg0"] = {"credentials": f"kbs:///{TUNNEL}", "up": "yes"}
    vm.modules += ["wireguard"]
    vm.step("later", f"{UNLOCK} --config {later}")
    vm.step("data", "mount -o ro /dev/mapper/data /mnt && cat /mnt/marker")
    capture.start(vm)


def check(r):
    r.ended()
    r.succeeded()
    r.succeeded("later")
    r.equal(r.steps["data"].out, b"the data\n", "the marker of the second volume")
    r.replays()
    paths = [record["path"].removeprefix("/kbs/v0/") for record in r.vm.more_kbs[0].log()]
    r.equal(paths, ["auth", "attest", f"resource/{PATH}"], "requests to the KBS inside")
    kinds = set(capture.Wire(r.vm.capture).kinds)
    r.equal(kinds - capture.QUIET, {"wireguard", "tls"}, "on the wire")
