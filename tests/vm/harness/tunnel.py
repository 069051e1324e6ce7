# SPDX-License-Identifier: GPL-2.0-or-later
"""The usual machine with a tunnel wg0, whose key it makes itself and registers."""

from . import registrar
from .gateway import Gateway
from .initrd import program
from .vm import KEY_PATH

PEER = "external/wg/peer"
WG = "/usr/bin/wg"
REGISTERS = {"tpm": "pcr15", "tdx": "rtmr_3"}


def use_registrar(vm, name="vm1", endpoint=None):
    """Gateway and registrar run; the KBS gives the disk's key to nobody whose
    register is extended, and lets whoever attests register NAME."""
    vm.gateway = Gateway(vm.out)
    vm.gateway.start()
    vm.registrar = registrar.Registrar(vm.out, vm.gateway, endpoint)
    vm.registrar.start()
    vm.kbs.plugins = vm.registrar.plugins
    tee = vm.config["agent"]["tee"]
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": tee, REGISTERS[tee]: "zeros"}}
    vm.kbs.policy["plugin"] = {PEER: {"tee": tee, "query.name": [name]}}
    vm.config["tunnel wg0"] = {"credentials": registrar.uri(name), "up": "yes"}
    vm.modules += ["wireguard"]


def look_at_gateway(vm):
    """A step: what gateway and registrar know now, for one_key()."""
    def look():
        vm.at_gateway, vm.registered = vm.gateway.show(), vm.registrar.peers()
    vm.on("look", look)
    vm.step("look", "host look")


def show_key(vm):
    """A step: the private key, as the kernel has it."""
    vm.files.update(program(WG))
    vm.step("key", f"exec {WG} show wg0 private-key")


def asked(result):
    """The log records of what was asked of the plug-in."""
    return [r for r in result.kbs_log if PEER in r.get("path", "")]


def measured_key(result):
    """What the event log says."""
    for record in result.event_log():
        words = record["content"]["string"].split()
        if words[:3] == ["postern", "tunnel", "wg0"]:
            return words[3]
    return None


def one_key(result, name="vm1"):
    """The public key in event log, report, gateway and registrar is the same; it."""
    key = measured_key(result)
    result.equal([t["public_key"] for t in result.report()["tunnel"]], [key],
                 "public key in the report")
    result.equal(result.vm.registered.get(name, ("",))[0], key, f"public key of '{name}'")
    result.expect(result.vm.at_gateway.get(key, (0, 0, 0))[2] > 0,
                  "there was no handshake with this key")
    return key


def nothing_is_up(result):
    """No interface, no route, no file."""
    result.expect("wg0" not in result.text("addresses"), "the interface wg0 is there")
    for where in ("run/postern/tunnel", "run/postern/nebula", "run/systemd"):
        result.expect(not (result.facts / where).exists(), f"/{where} was left")
