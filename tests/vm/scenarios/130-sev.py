# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV: the launch secret opens the root without any KBS or network, and is gone; the
agent mounts securityfs itself."""

from harness import luks
from harness.vm import READ_MARKER

TEE = "sev"
GUID = "736869e5-84f0-4973-92ec-06879ce3da0b"


def setup(vm):
    vm.tee.secrets = {GUID: luks.PASSPHRASE, GUID.replace("7", "8"): b"of somebody else"}
    vm.config["kbs"] = None
    # as some write it
    vm.config["volume root"]["key"] = f"efi-secret:{GUID.upper()}"
    vm.network = ":"
    vm.kbs.start_at_boot = False
    vm.steps.insert(0, ("before", "ls -l /sys/kernel/security/secrets/coco\n"
                        "umount /sys/kernel/security"))
    vm.step("after", "ls /sys/kernel/security/secrets/coco")
    vm.step("mount", READ_MARKER)
    vm.step("again", f"exec postern fetch efi-secret:{GUID}")


def check(r):
    r.expect(b"-r--r-----" in r.steps["before"].out, "mode of the secret's file")
    r.opens()
    r.read_marker()
    r.equal(r.steps["after"].out.split(), [GUID.replace("7", "8").encode()], "what is left")
    r.failed("again", "RESOURCE")
    report = r.report()
    r.equal(report["tee"], "sev", "TEE")
    r.equal(report["level"]["trustworthy"], 0, "level")
    r.no_secrets({"passphrase": luks.PASSPHRASE})
