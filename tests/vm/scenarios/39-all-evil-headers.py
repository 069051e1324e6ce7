# SPDX-License-Identifier: GPL-2.0-or-later
"""Every edit of tests/headers that must be refused, in a boot with the right key:
sixteen volumes with nofail at a time, each skipped with its code, none mapped."""

import subprocess

from harness.disk import Disk, MIB, Partition
from harness.luks import DATA_OFFSET, MUTATE
from harness.vm import KEY_PATH

ENTRIES = 100           # partitions of a disk; a GPT has 128
VOLUMES = 16            # of one configuration


def verdicts():
    """Edit -> code, of those that are no harmless change."""
    listed = subprocess.run([MUTATE, "list"], check=True, stdout=subprocess.PIPE, text=True)
    lines = [line.split() for line in listed.stdout.splitlines()]
    return {name: code for name, _, code in lines if code != "ok"}


def chunks(names, size):
    return [names[at:at + size] for at in range(0, len(names), size)]


def setup(vm):
    vm.verdicts = verdicts()
    # the last one is as it was made, and is opened
    names = [*vm.verdicts, "none"]
    vm.disks, vm.steps, paths = [], [], {}
    vm.persistent_ak = True
    vm.limit = 400
    for letter, part in zip("abcdef", chunks(names, ENTRIES)):
        disk = Disk()
        disk.parts = [Partition(name) for name in part]
        # not by label, for which each time all of them would be searched
        paths.update({name: f"/dev/vd{letter}{n}" for n, name in enumerate(part, 1)})
        for each in disk.parts:
            each.cut(DATA_OFFSET + MIB)
            each.edit(each.label)
        vm.disks.append(disk)
    vm.groups = {f"group{n}": group for n, group in enumerate(chunks(names, VOLUMES))}
    for step, group in vm.groups.items():
        path = vm.variant(step, {"volume root": None, **{
            f"volume {name}": {"device": paths[name], "nofail": "yes",
                               "key": f"kbs:///{KEY_PATH}"} for name in group}})
        vm.step(step, f"exec postern unlock --config {path}")
        vm.step(f"mapped-{step}", "ls -d /sys/block/dm-* || true")


def check(r):
    r.ended()
    for step, group in r.vm.groups.items():
        r.succeeded(step)
        for name in group:
            code = r.vm.verdicts.get(name)
            said = f"'{name}' is skipped: {code}, " in r.steps[step].err
            r.expect(said or not code, f"{name} was not skipped with {code}")
    *evil, last = r.vm.groups
    for step in evil:
        r.equal(r.steps[f"mapped-{step}"].out, b"", f"mappings after {step}")
    r.equal(list(r.mappings()), ["none"], f"mappings after {last}")
    r.disks_unchanged()
