# SPDX-License-Identifier: GPL-2.0-or-later
"""postern check says what a boot would do and what stands in its way, all of it at
once, and changes nothing."""

import json

from harness.disk import MIB


def setup(vm):
    evil = vm.disk.add("evil")
    evil.edit("seg-null")
    vm.disk.add("new").blank(20 * MIB)
    volume = {"key": "kbs:///default/disk/root"}
    wrong = vm.variant("wrong", {
        "volume evil": {**volume, "device": "PARTLABEL=evil"},
        "volume new": {**volume, "device": "PARTLABEL=new", "provision": "if-permitted"},
        "volume none": {**volume, "device": "PARTLABEL=none"}})
    tee = vm.variant("tee", {"agent": {"tee": "tdx"}})
    vm.files["/etc/postern/bad.conf"] = "[agent]\ntee = tpm\nfoo = bar\n"
    vm.only(("good", "exec postern check"),
            ("wrong", f"exec postern check --json --config {wrong}"),
            ("tee", f"exec postern check --json --config {tee}"),
            ("config", "exec postern check --config /etc/postern/bad.conf"))


def results(r, step):
    return {x["check"]: x["result"] for x in json.loads(r.steps[step].out)}


def check(r):
    r.equal(r.steps["good"].rc, 0, "exit status of check")
    lines = r.steps["good"].out.decode().splitlines()
    r.equal([line.split()[0] for line in lines], ["config", "tee", "volume", "kbs"], "lines")
    r.equal(results(r, "wrong"), {
        "config": "ok", "tee": "ok", "volume root": "ok", "volume evil": "HEADER_PROFILE",
        "volume new": "ok", "volume none": "DISK_MISSING", "kbs": "ok"}, "one thing after another")
    r.equal(r.steps["wrong"].rc, 1, "exit status with problems")
    r.equal(results(r, "tee")["tee"], "NO_TEE", "a TEE that is not there")
    r.failed("config", "CONFIG", rc=2)
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()
    r.equal(r.released("default/disk/root"), [], "keys that were released")
