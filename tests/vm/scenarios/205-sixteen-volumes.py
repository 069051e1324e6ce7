# SPDX-License-Identifier: GPL-2.0-or-later
"""As many volumes as there may be, each with a key of its own, after one attestation
and over one connection."""

from dataclasses import replace

from harness import luks

COUNT = 16
NAMES = [f"v{n:02}" for n in range(COUNT)]


def setup(vm):
    vm.config["volume root"] = None
    vm.disk.parts = []
    vm.uuids = {}
    for n, name in enumerate(NAMES):
        volume = replace(luks.Volume(), uuid=f"0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2{n:02x}",
                         volume_key=bytes(range(n, n + 64)), passphrase=f"key {n}".encode() * 8,
                         marker=f"this is {name}\n".encode())
        vm.uuids[name] = volume.uuid
        vm.disk.add(name, volume)
        path = f"default/disk/{name}"
        vm.kbs.resources[path] = vm.descriptor(volume)
        vm.config[f"volume {name}"] = {"device": f"PARTLABEL={name}", "key": f"kbs:///{path}"}
    vm.step("read", "for v in " + " ".join(NAMES) + "; do mount -o ro /dev/mapper/$v /mnt && "
            "cat /mnt/marker; umount /mnt; done")


def check(r):
    r.ended()
    r.succeeded()
    r.equal(r.steps["read"].out, "".join(f"this is {n}\n" for n in NAMES).encode(), "markers")
    r.equal(sorted(r.mappings()), NAMES, "mappings")
    r.equal({v["header"] for v in r.report()["volumes"]}, {"authenticated"}, "headers")
    r.replays()
    r.events("config", "kbs", *(f"volume {n} {r.vm.uuids[n]} " for n in NAMES), "leave")
    r.equal([len(r.released(f"default/disk/{n}")) for n in NAMES], [1] * COUNT, "keys released")
    r.equal(len(r.kbs_log), COUNT + 2, "requests")
    r.equal(len({record["port"] for record in r.kbs_log}), 1, "connections")
