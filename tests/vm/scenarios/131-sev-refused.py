# SPDX-License-Identifier: GPL-2.0-or-later
"""Launch secrets that are missing, empty or too long, and one for two volumes: each the
right code, and what cannot be used is not erased."""

from harness.result import EXIT_FINAL, EXIT_USAGE

TEE = "sev"
GOOD, EMPTY, LONG, MISSING = (f"{n:08x}-84f0-4973-92ec-06879ce3da0b" for n in range(4))
KEY_MAX = 8192


def setup(vm):
    vm.tee.secrets = {GOOD: b"not the passphrase", EMPTY: b"", LONG: KEY_MAX + 1}
    vm.config["kbs"] = None
    for name, guid in {"empty": EMPTY, "long": LONG, "missing": MISSING}.items():
        path = vm.variant(name, {"volume root": {"key": f"efi-secret:{guid}"}})
        vm.step(name, f"exec postern unlock --config {path}")
    twice = vm.variant("twice", {
        "volume root": {"key": f"efi-secret:{GOOD}"},
        "volume data": {"device": "PARTLABEL=data", "key": f"efi-secret:{GOOD.upper()}"}})
    # by a command, as the boot has no configuration then, and powers off
    vm.step("twice", f"exec postern fetch --config {twice} efi-secret:{GOOD}")
    vm.step("left", "ls /sys/kernel/security/secrets/coco")
    path = vm.variant("wrong", {"volume root": {"key": f"efi-secret:{GOOD}"}})
    vm.step("wrong", f"exec postern unlock --config {path}")
    del vm.steps[0]


def check(r):
    r.ended()
    for name in ("empty", "long", "missing"):
        r.failed(name, "RESOURCE", EXIT_FINAL, where="key")
    r.failed("twice", "CONFIG", EXIT_USAGE)
    r.equal(r.steps["left"].out.decode().split(), [GOOD, EMPTY, LONG], "secrets that are left")
    r.failed("wrong", "KEY_REJECTED", EXIT_FINAL, where="unlock")
    r.no_mapping()
    r.disks_unchanged()
