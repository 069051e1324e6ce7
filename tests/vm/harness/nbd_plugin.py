# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that misbehave: that lie, fail, hang or are slow, or whose power is cut in the
middle of writing.  A plugin of nbdkit (nbdkit-python-plugin(3)), not a program.

Parameters: face, the name of a class below; good, the file that is served; and the
members of that class.  Numbers are bytes from the start of the disk."""

import errno
import os
import struct
import time

import nbdkit

API_VERSION = 2
SECTOR, BLOCK, MIB = 512, 4096, 1 << 20


class Face:
    def __init__(self, good):
        self.good = os.open(good, os.O_RDWR)

    def read(self, offset, length):
        return os.pread(self.good, length, offset)

    def write(self, data, offset):
        os.pwrite(self.good, data, offset)


class TwoFaced(Face):
    """Sectors of the bytes FIRST..LAST come from EVIL as soon as they have been read
    once."""

    def __init__(self, good, evil, first, last):
        super().__init__(good)
        self.evil, self.region = os.open(evil, os.O_RDONLY), range(int(first), int(last))
        self.seen = set()

    def read(self, offset, length):
        data = bytearray(super().read(offset, length))
        for at in range(offset, offset + length, SECTOR):
            if at not in self.region:
                continue
            if at in self.seen:
                data[at - offset:at - offset + SECTOR] = os.pread(self.evil, SECTOR, at)
            self.seen.add(at)
        return data


class Broken(Face):
    """Reads that touch the bytes FIRST..LAST fail."""

    def __init__(self, good, first, last):
        super().__init__(good)
        self.first, self.last = int(first), int(last)

    def read(self, offset, length):
        if offset < self.last and offset + length > self.first:
            self.answer()
        return super().read(offset, length)

    def answer(self):
        nbdkit.set_error(errno.EIO)
        raise OSError("a broken disk")


class Hanging(Broken):
    """They are never answered; who waits for them gets an error when nbdkit ends."""

    def answer(self):
        while True:
            time.sleep(1)


class Slow(Face):
    """Takes SECONDS for each MiB that is written."""

    def __init__(self, good, seconds):
        super().__init__(good)
        self.seconds = float(seconds)

    def write(self, data, offset):
        time.sleep(self.seconds * len(data) / MIB)
        super().write(data, offset)


class PowerCut(Face):
    """After so many WRITES of at most 4096 bytes below END nothing is written any more,
    and nbdkit ends.  None: all are counted, into the file COUNT; to the end of the disk."""

    def __init__(self, good, count, writes=None, end=None):
        super().__init__(good)
        self.file = os.open(count, os.O_RDWR | os.O_CREAT)
        self.left, self.end = writes and int(writes), end and int(end)
        self.count = 0

    def write(self, data, offset):
        for at in range(0, len(data), BLOCK):
            if self.count == self.left:
                os._exit(0)
            super().write(data[at:at + BLOCK], offset + at)
            self.count += self.end is None or offset + at < self.end
        os.pwrite(self.file, struct.pack("=Q", self.count), 0)


PARAMETERS = {}
FACES = {face.__name__: face for face in (TwoFaced, Broken, Hanging, Slow, PowerCut)}


def config(key, value):
    PARAMETERS[key] = value


def get_ready():
    global DISK
    DISK = FACES[PARAMETERS.pop("face")](**PARAMETERS)


def open(readonly):                 # the name that nbdkit calls
    return DISK


def get_size(disk):
    return os.fstat(disk.good).st_size


def can_zero(_):
    """Zeros are written as any other data, and counted as such."""
    return False


def pread(disk, buf, offset, _):
    buf[:] = disk.read(offset, len(buf))


def pwrite(disk, buf, offset, _):
    disk.write(bytes(buf), offset)


def flush(disk, _):
    """QEMU may be killed, this machine is not: what was written will be there."""
