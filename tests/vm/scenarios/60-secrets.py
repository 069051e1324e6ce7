# SPDX-License-Identifier: GPL-2.0-or-later
"""No secret is anywhere but where it belongs: console, logs, files, processes,
and all of the memory once the agent is gone."""

from harness import leaks, luks, wireguard
from harness.vm import KEY_PATH, READ_MARKER

PATH = "default/wireguard/vm1"
HALVES = luks.VOLUME_KEY[:32], luks.VOLUME_KEY[32:]
SECRETS = {"passphrase": luks.PASSPHRASE, "volume key, first half": HALVES[0],
           "volume key, second half": HALVES[1]}


def setup(vm):
    vm.kbs.resources[KEY_PATH] = vm.descriptor()
    vm.kbs.resources[PATH] = wireguard.credentials()
    vm.config["tunnel wg0"] = {"kind": "wireguard", "credentials": f"kbs:///{PATH}",
                               "handover": "networkd"}
    vm.append = "rd.postern.debug"
    vm.only(("unlock", "sample_processes &\npostern unlock\nrc=$?\nkill $!\nexit $rc"),
            ("dump", "host dump"), ("mount", READ_MARKER))
    vm.on("dump", lambda: look_at_memory(vm))


def look_at_memory(vm):
    memory = vm.machine.memory(vm.memory)
    vm.in_memory = leaks.find(memory, {"passphrase": luks.PASSPHRASE})
    vm.volume_keys = [memory.count(half) for half in HALVES]
    # the netdev file, without which nothing was looked at
    vm.dump_is_real = wireguard.PRIVATE_TEXT.encode() in memory


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.expect(b"postern" in (r.facts / "samples").read_bytes(), "the samples missed the agent")
    r.no_secrets(SECRETS)
    r.expect(r.vm.dump_is_real, "the dump of the memory has not what must be in it")
    r.equal(r.vm.in_memory, [], "passphrase in the memory of the guest")
    r.expect(max(r.vm.volume_keys) <= 1, "halves of the volume key in memory, of which "
                                         f"the cipher needs one each: {r.vm.volume_keys}")
    netdev = [p for p in r.modes if p.startswith("run/systemd/network/")
              and p.endswith(".netdev")]
    if not r.equal(len(netdev), 1, "netdev files"):
        return
    r.equal(r.modes[netdev[0]], (0o640, 0, 192), f"mode and owner of {netdev[0]}")
    r.no_secrets({"WireGuard key": wireguard.PRIVATE}, skip=netdev)
    r.expect(wireguard.PRIVATE_TEXT in r.text(netdev[0]), "the netdev file has not the key")
    r.events("config", "kbs", "volume root", "tunnel wg0", "leave")
    r.equal([t["public_key"] for t in r.report()["tunnel"]], [wireguard.public_text()],
            "public key in the report")
