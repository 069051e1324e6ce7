# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider has made the disk larger: with `grow` in the descriptor's profile the
mapping has the new size, and the report the next descriptor; without, it stops."""

import base64
import json

from harness.disk import MIB
from harness.luks import DATA_OFFSET, PAYLOAD
from harness.vm import KEY_PATH, READ_MARKER, UNLOCK

MADE = DATA_OFFSET + PAYLOAD
FIXED = "default/disk/fixed"


def setup(vm):
    vm.kbs.resources[KEY_PATH] = vm.descriptor(options=["--grow"])
    vm.kbs.resources[FIXED] = vm.descriptor()
    vm.disk.root.cut(MADE + 8 * MIB)
    vm.disk.add("small").cut(MADE - MIB)
    fixed = vm.variant("fixed", {"volume root": {"key": f"kbs:///{FIXED}"}})
    small = vm.variant("small", {"volume root": {"device": "PARTLABEL=small"}})
    vm.persistent_ak = True
    vm.steps = [("fixed", f"{UNLOCK} --config {fixed}"), ("small", f"{UNLOCK} --config {small}"),
                ("between", "ls /sys/block/ | grep dm; true"),
                ("unlock", UNLOCK), ("mount", READ_MARKER), ("status", "exec postern status")]


def check(r):
    r.ended()
    r.failed("fixed", "HEADER_MAC", where="header")
    r.expect("does not say 'grow'" in r.steps["fixed"].err, "the size is not named")
    r.failed("small", "HEADER_MAC", where="header")
    r.equal(r.steps["between"].out, b"", "mappings after the failures")
    r.succeeded()
    r.read_marker()
    r.disks_unchanged()
    r.equal(r.mappings()["root"][1], (PAYLOAD + 8 * MIB) // 512, "sectors of the mapping")
    r.expect(b"its device has grown" in r.steps["status"].out, "postern status does not say it")
    volume = r.report()["volumes"][0]
    r.equal((volume["header"], volume.get("grown")), ("authenticated", True), "report")
    old = json.loads(r.vm.kbs.resources[KEY_PATH])
    new = {**volume["descriptor"], "key": old["key"]}
    r.equal({k for k in old if old[k] != new[k]}, {"device-size", "header-mac"}, "what is new")
    r.equal(base64.b64decode(new["key"]), r.vm.volume.passphrase, "key")
    r.vm.kbs.resources[KEY_PATH] = json.dumps(new).encode()

    def again(vm):
        vm.steps = [("unlock", UNLOCK), ("mount", READ_MARKER)]
    second = r.after("second", again)
    second.ended()
    second.succeeded()
    second.read_marker()
    volume = second.report()["volumes"][0]
    second.equal((volume["header"], volume.get("grown"), volume.get("descriptor")),
                 ("authenticated", None, None), "report of the next boot")
