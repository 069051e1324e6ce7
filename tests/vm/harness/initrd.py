# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's initramfs: busybox, kernel modules, our /init, and an overlay of
what one scenario adds.  The kernel takes several archives one after the other,
so the large common part is made once per run."""

import lzma
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
REAL_INIT = HERE / "real-init.sh"

# What a real initramfs of ours would hold, and some that an evil header could
# ask for: a refusal must not come from a missing module.
MODULES = """
    virtio_blk virtio_net configfs dm-mod dm-crypt dm-verity dm-integrity
    xts gcm ghash-generic authenc aegis128 essiv algif_aead crypto_null serpent_generic
    wireguard tun tsm tsm_report sev-guest tdx-guest
""".split()

APPLETS = """
    [ ash base64 basename cat chmod cmp cp cut date dd dmesg du echo env false
    find grep head hexdump id insmod ip kill ln ls mkdir mkfifo mount mv nc od
    poweroff printf ps readlink reboot rm sed seq sh sha256sum sleep sort stty
    switch_root sync tail tar tee test timeout tr true umount wc xxd
""".split()

# The group that networkd's files belong to; the number is Fedora's.
PASSWD = "root:x:0:0:root:/:/bin/sh\nsystemd-network:x:192:192::/:/bin/false\n"
GROUP = "root:x:0:\nsystemd-network:x:192:\n"


class Cpio:
    """A newc archive, built in memory."""

    def __init__(self):
        self.parts = []
        self.inode = 1
        self.dirs = set()

    def _entry(self, name, mode, data, rdev=(0, 0)):
        encoded = name.encode() + b"\0"
        head = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev,
                len(encoded), 0)
        raw = b"070701" + b"".join(b"%08x" % n for n in head) + encoded
        self.parts += [raw, b"\0" * (-len(raw) % 4), data, b"\0" * (-len(data) % 4)]
        self.inode += 1

    def mkdir(self, path):
        path = path.strip("/")
        if not path or path in self.dirs:
            return
        self.mkdir(path.rpartition("/")[0])
        self.dirs.add(path)
        self._entry(path, 0o040755, b"")

    def file(self, path, data, mode=0o644):
        path = path.strip("/")
        self.mkdir(path.rpartition("/")[0])
        if isinstance(data, str):
            data = data.encode()
        self._entry(path, 0o100000 | mode, data)

    def link(self, path, target):
        path = path.strip("/")
        self.mkdir(path.rpartition("/")[0])
        self._entry(path, 0o120777, target.encode())

    def node(self, path, major, minor, mode=0o600):
        self._entry(path.strip("/"), 0o020000 | mode, b"", (major, minor))

    def bytes(self):
        self._entry("TRAILER!!!", 0, b"")
        raw = b"".join(self.parts)
        return raw + b"\0" * (-len(raw) % 512)


class Modules:
    """The modules of one kernel, and in which order to load them."""

    def __init__(self, kernel):
        self.dir = Path(kernel) / "modules"
        self.path, self.needs = {}, {}
        for line in (self.dir / "modules.dep").read_text().splitlines():
            path, _, needs = line.partition(":")
            name = self.name(path)
            self.path[name] = path
            self.needs[name] = [self.name(n) for n in needs.split()]

    @staticmethod
    def name(path):
        return Path(path).name.partition(".")[0].replace("-", "_")

    def order(self, names):
        """Dependencies first.  A name that this kernel has no module for is
        built in, or belongs to another version."""
        done = []

        def visit(name):
            if name in done or name not in self.path:
                return
            for need in self.needs[name]:
                visit(need)
            done.append(name)

        for name in names:
            visit(self.name(name))
        return done

    def read(self, name):
        raw = (self.dir / self.path[name]).read_bytes()
        return lzma.decompress(raw) if self.path[name].endswith(".xz") else raw


def program(path):
    """A program of this machine with the libraries that it needs, for files."""
    found = {path.strip("/"): (0o755, Path(path).read_bytes())}
    listed = subprocess.run(["ldd", path], check=True, stdout=subprocess.PIPE, text=True)
    for word in listed.stdout.split():
        if word.startswith("/"):
            found[word.strip("/")] = (0o755, Path(word).read_bytes())
    return found


def dmtable(base):
    """The small program that reads device-mapper tables; busybox has none."""
    out = base / "dmtable"
    subprocess.run(["gcc", "-static", "-O1", "-Wall", "-o", out, HERE / "dmtable.c"],
                   check=True)
    return out.read_bytes()


def common(kernel, base):
    """What all scenarios share."""
    ar = Cpio()
    for path in ("dev", "proc", "sys", "run", "tmp", "facts", "mnt", "etc"):
        ar.mkdir(path)
    ar.node("dev/console", 5, 1)
    ar.file("bin/busybox", Path(shutil.which("busybox")).read_bytes(), 0o755)
    for applet in APPLETS:
        ar.link("bin/" + applet, "busybox")
    ar.file("bin/dmtable", dmtable(base), 0o755)
    ar.file("init", (HERE / "init.sh").read_text(), 0o755)
    ar.file("lib/guest.sh", (HERE / "guest.sh").read_text())
    ar.file("etc/passwd", PASSWD)
    ar.file("etc/group", GROUP)
    # what marks an initramfs as one
    ar.file("etc/initrd-release", "ID=postern-test\nNAME=postern-test\n")
    modules = Modules(kernel)
    for name in modules.order(MODULES):
        ar.file(f"lib/m/{name}.ko", modules.read(name))
    return ar.bytes()


def overlay(files, links=()):
    """FILES: path -> bytes or text, or (mode, bytes or text)."""
    ar = Cpio()
    for path, what in files.items():
        mode, data = what if isinstance(what, tuple) else (0o644, what)
        ar.file(path, data, mode)
    for path, target in links:
        ar.link(path, target)
    return ar.bytes()
