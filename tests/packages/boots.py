#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots the initramfs that a package has got into, with the kernel beside it, to the
root of the test image, and judges that as tests/image does.

    boots.py --inside IMAGE KERNEL INITRD OUT     (in namespaces; run starts it)"""

import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "image"))

import opens                                    # noqa: E402
import stage                                    # noqa: E402
from tap import Tap, check                      # noqa: E402


def boots(system):
    """that initramfs boots to its real root, and nothing of it is amiss"""
    initrd, log = system.initrd(), system.out / "boot.log"
    kernel = initrd.with_name(initrd.name.replace("initrd.img", "vmlinuz"))
    with open(log, "wb") as file:
        status = stage.enter_namespaces(
            __file__, [system.packages.image, kernel, initrd, system.out / "boot"],
            stdout=file, stderr=subprocess.STDOUT).wait()
    said = log.read_text()
    check(status == 0, said)
    print(f"# {system.out.name}: {said.splitlines()[0].removeprefix('# ')}", flush=True)


def inside(image, kernel, initrd, out):
    def changes(world):
        world.kernel, world.initrd = kernel, initrd
    stage.prepare_namespaces()
    tap = Tap(out.parent.name)
    opens.judge(tap, stage.boot(image, out, change=changes))
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(inside(*map(Path, sys.argv[2:])))
