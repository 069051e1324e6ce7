# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers that the host has edited, each refused with the right key at hand."""

from harness import luks
from harness.disk import Partition

# Some of tests/headers/mutate, whose table is tested as a whole without booting:
# those with which something wrong would be mapped, or the boot would hang.
EDITS = ["slot-null", "slot-serpent-8", "seg-driver-name", "shift", "offset", "size",
         "iv-tweak", "linear", "seg-two", "second-newer", "dup-segment", "flag-discards",
         "require-online", "slot-reencrypt", "token-clevis", "argon-memory", "pbkdf2-bomb"]


def setup(vm):
    vm.persistent_ak = True
    vm.disk.parts = []
    vm.steps.clear()
    for name in EDITS:
        part = Partition(name)
        part.edit(name)
        vm.disk.parts.append(part)
        path = vm.variant(name, {"volume root": {"device": f"PARTLABEL={name}"}})
        vm.step(name, f"exec postern unlock --config {path}")


def check(r):
    r.ended()
    for name in EDITS:
        r.failed(name, luks.verdict_on(name), where="header")
    r.no_mapping()
    r.disks_unchanged()
    r.pcr_untouched()
