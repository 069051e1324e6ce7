# SPDX-License-Identifier: GPL-2.0-or-later
"""The disks that the host gives to the guest."""

import hashlib
import os
import shutil
import struct
import subprocess
import uuid
import zlib
from pathlib import Path

from . import luks

MIB = 1 << 20
SECTOR = 512
LINUX = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")
ENTRIES, ENTRY = 128, 128


def guid(n):
    """Fixed identifiers, so that a disk is the same in every run."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"postern-test:{n}").bytes_le


def gpt_header(sectors, at, other, table, table_at):
    raw = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, at, other,
                      34, sectors - 34, guid("disk"), table_at, ENTRIES, ENTRY,
                      zlib.crc32(table))
    crc = struct.pack("<I", zlib.crc32(raw))
    return raw[:16] + crc + raw[20:]


def gpt(f, size, partitions):
    """PARTITIONS: (label, start, bytes)."""
    table = b""
    for n, (label, start, length) in enumerate(partitions):
        table += struct.pack("<16s16sQQQ72s", LINUX.bytes_le, guid(f"{n}:{label}"),
                             start // SECTOR, (start + length) // SECTOR - 1, 0,
                             label.encode("utf-16-le"))
    table = table.ljust(ENTRIES * ENTRY, b"\0")
    last = size // SECTOR - 1
    mbr = bytearray(SECTOR)
    mbr[446:462] = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, last)
    mbr[510:] = b"\x55\xaa"
    f.seek(0)
    f.write(mbr)
    f.write(gpt_header(last + 1, 1, last, table, 2).ljust(SECTOR, b"\0"))
    f.write(table)
    f.seek((last - 32) * SECTOR)
    f.write(table)
    f.write(gpt_header(last + 1, last, 1, table, last - 32).ljust(SECTOR, b"\0"))


class Partition:
    """One partition, or with the label None a whole disk.  An edit is a function
    that gets the path of its image."""

    def __init__(self, label="root", volume=None):
        self.label = label
        self.volume = volume or luks.Volume()
        self.edits = []

    def edit(self, name):
        """An edit of tests/headers/mutate."""
        self.edits.append(lambda path: luks.edit_header(path, name))

    def replace(self, data):
        """Something else in the volume's place."""
        self.edits.append(lambda path: path.write_bytes(data))

    def made_by(self, command):
        """What COMMAND (a list, to which the image is added) makes of an image
        of zeros."""
        def edit(path):
            size = path.stat().st_size
            path.write_bytes(b"")
            os.truncate(path, size)
            subprocess.run([*command, path], check=True, input=self.volume.passphrase,
                           stdout=subprocess.DEVNULL)
        self.edits.append(edit)

    def blank(self, size):
        """Nothing but SIZE zeros."""
        def edit(path):
            path.write_bytes(b"")
            os.truncate(path, size)
        self.edits.append(edit)

    def cut(self, size):
        self.edits.append(lambda path: os.truncate(path, size))

    def header_of(self, volume, base):
        """Another volume's header before this one's data."""
        def edit(path):
            other = luks.cached(base, volume).read_bytes()
            with open(path, "r+b") as f:
                f.write(other[:luks.DATA_OFFSET])
        self.edits.append(edit)

    def build(self, path, base):
        source = luks.cached(base, self.volume)
        with open(path, "wb") as f:
            f.truncate(luks.copy_sparse(source, f))
        for edit in self.edits:
            edit(path)


class Disk:
    """One disk, of which a scenario changes the parts before it is built."""

    def __init__(self):
        self.parts = [Partition()]
        self.path = self.before = None
        self.kept = False               # the next boot finds it as it is

    @property
    def root(self):
        return self.parts[0]

    def add(self, label, volume=None):
        part = Partition(label, volume)
        self.parts.append(part)
        return part

    def build(self, out, base, name="disk"):
        if self.kept:
            self.before = self.hash()
            return
        self.path = Path(out) / f"{name}.img"
        image = Path(out) / f"{name}.part"
        if self.root.label is None:
            self.root.build(image, base)
            image.rename(self.path)
        else:
            self._partition(image, base)
        self.before = self.hash()

    def _partition(self, image, base):
        at, layout = MIB, []
        with open(self.path, "wb") as f:
            for part in self.parts:
                part.build(image, base)
                size = luks.copy_sparse(image, f, at)
                layout.append((part.label, at, size))
                at += -(-size // MIB) * MIB
                image.unlink()
            f.truncate(at + MIB)
            gpt(f, at + MIB, layout)

    def evil_copy(self, name):
        """A copy of the disk whose first partition has its header edited."""
        path = self.path.with_suffix(".evil")
        shutil.copy(self.path, path)
        with open(path, "r+b") as f:
            f.seek(MIB)
            header = self.path.with_suffix(".header")
            header.write_bytes(f.read(luks.DATA_OFFSET))
            luks.edit_header(header, name)
            f.seek(MIB)
            f.write(header.read_bytes())
        header.unlink()
        return path

    def hash(self):
        with open(self.path, "rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()

    def unchanged(self):
        return self.hash() == self.before

    def drop(self):
        """Images of scenarios that passed are of no use to anybody."""
        for path in (self.path, self.path and self.path.with_suffix(".evil")):
            if path:
                path.unlink(missing_ok=True)
