# SPDX-License-Identifier: GPL-2.0-or-later
"""A blank disk becomes a volume with XFS, by the initramfs's mkfs.xfs."""

from harness import initrd, luks
from harness.vm import KEY_PATH

SIZE = 340 << 20                    # mkfs.xfs wants 300 MiB


def setup(vm):
    vm.disk.root.blank(SIZE)
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.config["volume root"].update({"provision": "if-permitted", "mkfs": "xfs"})
    vm.files.update(initrd.program("/sbin/mkfs.xfs"))
    vm.modules.append("xfs")
    modules = initrd.Modules(vm.context.kernel)
    vm.files.update({f"lib/m/{name}.ko": modules.read(name) for name in modules.order(["xfs"])})
    vm.step("mount", "mount -t xfs /dev/mapper/root /mnt && echo written > /mnt/marker && "
            "umount /mnt && mount -t xfs -o ro /dev/mapper/root /mnt && cat /mnt/marker")


def check(r):
    r.ended()
    r.succeeded()
    r.equal(r.report()["volumes"][0]["made"], True, "made")
    r.succeeded("mount")
    r.equal(r.steps["mount"].out, b"written\n", "the marker file")
