# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots that end in the initramfs: they power off, and nobody gets a shell."""

import re
import subprocess

import stage
from tap import check


def last_line(console):
    """Without what was typed and what the kernel says, be it for itself or for the
    journal, whose copies of our lines come late or not at all."""
    lines = [line.strip() for line in console.splitlines()]
    kernel = re.compile(r"\[ *[0-9.]+\] (?!postern: )")
    last = [line for line in lines if line not in ("", "id") and not kernel.match(line)][-1]
    return re.sub(r"^\[ *[0-9.]+\] ", "", last)


def ends_in_initramfs(world, *, said, last=False):
    check(world.reason == "guest-shutdown", f"it ended by {world.reason}")
    check(not world.facts() and "--- postern status" not in world.console(),
          "the real root came up")
    check(stage.SHELL not in world.console(), "there was a shell")
    check(said in world.console(), f"no '{said}' on the console")
    if last:
        line = last_line(world.console())
        check(re.match(f"postern: [a-z]+: {said}: .*; ", line), f"the last line is '{line}'")


def wrong_key(world):
    world.kbs.resources[stage.KEY] = b"not the key of this volume"


def no_link(world):
    world.link = False


def dead_kbs(world):
    world.kbs.start_at_boot = False


def damaged_header(world):
    """One bit in the metadata of both copies."""
    world.disk = world.run / "disk.img"
    subprocess.run(["cp", "--sparse=always", world.image / "disk.img", world.disk], check=True)
    with open(world.disk, "r+b") as disk:
        start = disk.read(1 << 24)
        for magic in (b"LUKS\xba\xbe", b"SKUL\xba\xbe"):
            at = start.index(magic) + 4096 + 2
            disk.seek(at)
            disk.write(bytes([start[at] ^ 1]))


def killed(world):
    world.overlay["usr/lib/postern/postern"] = (0o755, "#!/bin/sh\necho has begun\nkill -9 $$\n")


# What goes wrong, and what the last line on the console must be about.
FAILURES = (
    ("a wrong key", wrong_key, "KEY_REJECTED"),
    ("no network device", no_link, "NETWORK"),
    ("a dead KBS", dead_kbs, "KBS_UNREACHABLE"),
    ("a damaged header", damaged_header, "HEADER_FORMAT"),
)


def impatient(world):
    """The limits of the image are for slow machines; who waits in vain can wait less."""
    path = "etc/postern/postern.conf"
    text = (stage.TOP / "images/mkosi.profiles/test/mkosi.extra" / path).read_text()
    for old, new in (("timeout = 4min", "timeout = 25s"), ("wait = 2min", "wait = 10s")):
        check(old in text, f"no '{old}' in the configuration")
        text = text.replace(old, new)
    world.overlay[path] = text


def test(tap, image, out):
    for name, change, code in FAILURES:
        def changes(world, change=change):
            impatient(world)
            change(world)
        world = stage.boot(image, out / name.replace(" ", "-"), change=changes)
        tap.test(f"{name} ends in power-off, with the reason as the last line",
                 ends_in_initramfs, world, said=code, last=True)
    world = stage.boot(image, out / "killed", change=killed)
    tap.test("an agent that is killed ends in power-off", ends_in_initramfs, world,
             said="has begun")


# The kernel parameters that ask for a shell, with what the initramfs says to it.
SHELLS = {
    "dracut": ("Break before", {
        "break before the mount":
            "rd.break=pre-mount rd.shell=1 rd.emergency=none",
        "break at the start":
            "rd.break=cmdline rd.cmdline=ask rd.shell=1 rd.emergency=none "
            "systemd.debug_shell=ttyS0 systemd.break=pre-mount",
    }),
    "initramfs-tools": ("Spawning shell", {
        "break at the start": "break=top",
        "break after the mount": "break=bottom",
    }),
}


def shells(tap, image, out):
    said, boots = SHELLS[tap.image]
    for how, append in boots.items():
        world = stage.boot(image, out / how.replace(" ", "-"), append=append)
        tap.test(f"asked for a shell, the initramfs powers off ({how})",
                 ends_in_initramfs, world, said=said)
