# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots that end in the initramfs: they power off, and nobody gets a shell."""

import re
import subprocess

import stage
from harness.disk import MIB
from harness.kbs import ADDRESS
from harness.nbd import Server
from tap import check


KERNEL = re.compile(r"\[ *[0-9]+\.[0-9]+\] ")
COPY = re.compile(r"postern\[[0-9]+\]: ")


def last_line(console):
    """Without what was typed and what the kernel says, be it for itself or for the
    journal, whose copies of our lines come late; they count where there is nothing
    else.  The kernel does not wait for the end of another's line."""
    said, copies = [], []
    for line in KERNEL.sub(r"\n\g<0>", console).splitlines():
        text, by_kernel = KERNEL.subn("", line.strip())
        if COPY.match(text):
            copies.append(COPY.sub("", text))
        elif text not in ("", "id") and (not by_kernel or text.startswith("postern: ")):
            said.append(text)
    return (said or copies)[-1]


def ends_in_initramfs(world, *, said, last=False):
    check(world.reason == "guest-shutdown", f"it ended by {world.reason}")
    check(not world.facts() and "--- postern status" not in world.console(),
          "the real root came up")
    check(stage.SHELL not in world.console(), "there was a shell")
    check(re.search(said, world.console()), f"no '{said}' on the console")
    if last:
        line = last_line(world.console())
        check(re.match(f"postern: [a-z]+: {said}.*; ", line), f"the last line is '{line}'")


def configure(world, changes):
    """Puts another configuration over the demo's: {old text: new text}."""
    path = "etc/postern/postern.conf"
    demo = (stage.TOP / "images/mkosi.profiles/test/mkosi.extra" / path).read_text()
    _, text = world.overlay.get(path, (0, demo))
    for old, new in changes.items():
        check(old in text, f"no '{old}' in the configuration")
        text = text.replace(old, new)
    world.overlay[path] = (0o644, text)


# The demo's limits are for slow machines; who waits in vain can wait less.
IMPATIENT = {"timeout = 4min": "timeout = 35s", "wait = 2min": "wait = 20s"}


def wrong_key(world):
    world.kbs.resources[stage.KEY] = b"not the key of this volume"


def no_device(world):
    world.network = None


def no_dhcp(world):
    """A cable that leads nowhere."""
    world.network = "hubport,id=net,hubid=0"


def dead_dns(world):
    """QEMU's name server has no other to ask."""
    configure(world, {f"https://{ADDRESS}": "https://kbs.example"})


def dead_kbs(world):
    world.kbs.start_at_boot = False


def denied(world):
    world.kbs.policy = {"resource": {stage.KEY: {"tee": "snp"}}}


def no_disk(world):
    world.disk = None


def no_tpm(world):
    world.has_tpm = False


def hanging_disk(world):
    """Reads of the volume's header are not answered before the time limit has done
    its work; QEMU itself waits for them when it ends."""
    world.disk = f"nbd:unix:{world.run}/nbd"
    server = Server(world.run / "nbd", "Hanging", world.image / "disk.img",
                    first=MIB, last=2 * MIB)

    def release(seconds, line):
        if "TIMEOUT" in line:
            server.stop()
    world.on_line = release


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
    ("no network device", no_device, "NETWORK"),
    ("no DHCP server", no_dhcp, "NETWORK"),
    ("a dead name server", dead_dns, "KBS_UNREACHABLE: .*: Could not resolve"),
    ("a dead KBS", dead_kbs, "KBS_UNREACHABLE"),
    ("a KBS that denies", denied, "KBS_DENIED"),
    ("no disk", no_disk, "DISK_MISSING"),
    ("a damaged header", damaged_header, "HEADER_FORMAT"),
    ("a wrong key", wrong_key, "KEY_REJECTED"),
    ("no TPM", no_tpm, "NO_TEE"),
    ("a disk that hangs", hanging_disk, "TIMEOUT"),
)


def test(tap, image, out):
    for name, change, code in FAILURES:
        def changes(world, change=change):
            configure(world, IMPATIENT)
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
        def asks(world, append=append):
            world.append = append
        world = stage.boot(image, out / how.replace(" ", "-"), change=asks)
        tap.test(f"asked for a shell, the initramfs powers off ({how})",
                 ends_in_initramfs, world, said=said)
