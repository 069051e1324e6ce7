# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that misbehave: that lie, fail, hang or are slow, or whose power is cut in the middle
of writing.  NBD servers, whose client is QEMU; the guest sees a virtio disk."""

import os
import socket
import struct
import threading
import time

SECTOR = 512
NBDMAGIC, IHAVEOPT, REPLY = b"NBDMAGIC", b"IHAVEOPT", 0x3E889045565A9
OPT_EXPORT_NAME, OPT_ABORT, OPT_GO = 1, 2, 7
REP_ACK, REP_INFO, REP_UNSUPPORTED = 1, 3, 0x80000001
CMD_READ, CMD_WRITE, CMD_DISC, CMD_FLUSH = 0, 1, 2, 3
EIO, REPLY_MAGIC = 5, 0x67446698
FLAGS = 0x1 | 0x4               # HAS_FLAGS, SEND_FLUSH


class Server:
    """Serves the file GOOD on the socket PATH.  Others say what a read gives."""

    def __init__(self, path, good):
        self.good = os.open(good, os.O_RDWR)
        self.size = os.fstat(self.good).st_size
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def read(self, offset, length):
        """The bytes, or a number: an error of NBD."""
        return os.pread(self.good, length, offset)

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rwb") as line:
                try:
                    self._negotiate(line)
                    self._requests(line)
                except (OSError, EOFError, struct.error):
                    pass

    @staticmethod
    def _send(line, form, *values, data=b""):
        line.write(struct.pack(form, *values) + data)
        line.flush()

    @staticmethod
    def _take(line, form):
        return struct.unpack(form, line.read(struct.calcsize(form)))

    def _negotiate(self, line):
        self._send(line, ">8s8sH", NBDMAGIC, IHAVEOPT, 3)   # fixed newstyle, no zeroes
        self._take(line, ">I")
        while True:
            _, option, length = self._take(line, ">QII")
            line.read(length)
            if option == OPT_EXPORT_NAME:
                self._send(line, ">QH", self.size, FLAGS)
                return
            if option == OPT_GO:
                self._send(line, ">QIIIHQH", REPLY, option, REP_INFO, 12, 0, self.size, FLAGS)
                self._send(line, ">QIII", REPLY, option, REP_ACK, 0)
                return
            if option == OPT_ABORT:
                raise EOFError
            self._send(line, ">QIII", REPLY, option, REP_UNSUPPORTED, 0)

    def _requests(self, line):
        while True:
            _, _, command, handle, offset, length = self._take(line, ">IHHQQI")
            error, data = 0, b""
            if command == CMD_DISC:
                return
            if command == CMD_WRITE:
                self._write(line.read(length), offset)
            elif command == CMD_READ:
                data = self.read(offset, length)
                if isinstance(data, int):
                    error, data = data, b""
            self._send(line, ">IIQ", REPLY_MAGIC, error, handle, data=data)

    def _write(self, data, offset):
        os.pwrite(self.good, data, offset)


class TwoFaced(Server):
    """Sectors of the bytes FIRST..LAST come from EVIL as soon as they have been
    read once."""

    def __init__(self, path, good, evil, first, last):
        self.evil = os.open(evil, os.O_RDONLY)
        self.region = range(first, last)
        self.seen = set()
        super().__init__(path, good)

    def read(self, offset, length):
        data = bytearray(super().read(offset, length))
        for at in range(offset, offset + length, SECTOR):
            if at not in self.region:
                continue
            if at in self.seen:
                data[at - offset:at - offset + SECTOR] = os.pread(self.evil, SECTOR, at)
            self.seen.add(at)
        return bytes(data)


class Broken(Server):
    """Reads that touch the bytes FIRST..LAST fail or, with HANG, are answered only
    when somebody sets `released`, for which QEMU waits before it ends."""

    def __init__(self, path, good, first, last, *, hang=False):
        self.region = (first, last)
        self.released = threading.Event()
        if not hang:
            self.released.set()
        super().__init__(path, good)

    def read(self, offset, length):
        first, last = self.region
        if offset >= last or offset + length <= first:
            return super().read(offset, length)
        self.released.wait()
        return EIO


class Slow(Server):
    """Takes SECONDS for each MiB that is written."""

    def __init__(self, path, good, seconds):
        self.seconds = seconds
        super().__init__(path, good)

    def _write(self, data, offset):
        time.sleep(self.seconds * len(data) / (1 << 20))
        super()._write(data, offset)


class PowerCut(Server):
    """After so many WRITES of at most 4096 bytes below END nothing is written any
    more, and no answer comes.  None: all are counted; to the end of the disk."""

    BLOCK = 4096

    def __init__(self, path, good, writes=None, end=None):
        self.left, self.count, self.end = writes, 0, end
        self.gone = threading.Event()
        super().__init__(path, good)

    def _write(self, data, offset):
        for at in range(0, len(data), self.BLOCK):
            if self.count == self.left:
                self.gone.set()
                raise EOFError
            super()._write(data[at:at + self.BLOCK], offset + at)
            self.count += self.end is None or offset + at < self.end
