# SPDX-License-Identifier: GPL-2.0-or-later
"""Little-endian fields, one after the other; running out is a ValueError."""

import struct


class Fields:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def left(self):
        return len(self.data) - self.at

    def peek(self, size):
        return self.data[self.at:self.at + size]

    def take(self, size):
        if size > self.left():
            raise ValueError(f"cut off: {size} bytes wanted, {self.left()} left")
        self.at += size
        return self.data[self.at - size:self.at]

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return struct.unpack("<H", self.take(2))[0]

    def u32(self):
        return struct.unpack("<I", self.take(4))[0]

    def end(self):
        if self.left():
            raise ValueError(f"{self.left()} bytes left over")
