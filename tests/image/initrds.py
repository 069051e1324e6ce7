# SPDX-License-Identifier: GPL-2.0-or-later
"""One root, opened by initramfs files of several kinds."""

import archive
import failures
import initramfs
import opens
import stage
from tap import check

# What is in each, and what is not: else it would be another than its name says.
KINDS = {
    "networkmanager": ("usr/sbin/NetworkManager", "usr/lib/systemd/systemd-networkd"),
    "hostonly": ("usr/lib/dracut/hostonly-files", "usr/sbin/NetworkManager"),
    "sid": ("usr/lib/dracut/dracut-1", "usr/lib/dracut/dracut-106"),
    "mkosi": ("usr/lib/systemd/systemd-networkd", "usr/lib/dracut/dracut-"),
}


def is_of_kind(names, kind):
    present, absent = KINDS[kind]
    check(any(name.startswith(present) for name in names), f"there is no {present}")
    check(not any(name.startswith(absent) for name in names), f"there is {absent}")


def boot(image, out, kind, change=lambda world: None):
    def changes(world):
        world.initrd = image / f"initrd-{kind}"
        change(world)
    return stage.boot(image, out, change=changes)


def by_name(world):
    failures.configure(world, failures.IMPATIENT)
    failures.dead_dns(world)


def shell(world):
    world.append = ("systemd.debug_shell=ttyS0 systemd.break=pre-mount "
                    "rd.systemd.unit=emergency.target")


def test(tap, image, out):
    for kind in KINDS:
        name = f"initrd-{kind}"
        tap.test(f"{kind}: the initramfs is of that kind", is_of_kind,
                 archive.read(image / name), kind)
        tap.test(f"{kind}: {initramfs.has_modules.__doc__}", initramfs.has_modules, image, name)
        opens.judge(tap, boot(image, out / kind, kind), f"{kind}: ")
    world = boot(image, out / "name", "networkmanager", by_name)
    tap.test("networkmanager: its name server is found, and does not answer",
             failures.ends_in_initramfs, world,
             said="KBS_UNREACHABLE: .*: Could not resolve", last=True)
    world = boot(image, out / "shell", "mkosi", shell)
    tap.test("mkosi: asked for a shell, it powers off", failures.ends_in_initramfs, world,
             said="reboot: Power down")
