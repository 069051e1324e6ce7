# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in an initramfs: archives as they are, and then compressed ones."""

import subprocess
from pathlib import Path

MAGIC = b"070701"
ZSTD = b"\x28\xb5\x2f\xfd"


def frame_end(data, at):
    """Where the zstd frame that begins here ends (RFC 8878, section 3.1.1)."""
    flags = data[at + 4]
    single = flags >> 5 & 1
    at += 5 + (not single) + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]
    last = 0
    while not last:
        header = int.from_bytes(data[at:at + 3], "little")
        last, kind = header & 1, header >> 1 & 3
        at += 3 + (1 if kind == 1 else header >> 3)     # one byte, repeated
    return at + 4 * (flags >> 2 & 1)


def files(data):
    """{path: content}, of an archive in cpio's "newc" format and what follows it."""
    found, at = {}, 0
    while at < len(data):
        if data.startswith(MAGIC, at):
            size, name_size = int(data[at + 54:at + 62], 16), int(data[at + 94:at + 102], 16)
            name = data[at + 110:at + 110 + name_size - 1].decode()
            at += (110 + name_size + 3) & ~3
            found[name] = data[at:at + size]
            at = (at + size + 3) & ~3
        elif data.startswith(ZSTD, at):
            end = frame_end(data, at)
            found |= files(subprocess.run(["zstd", "-dcq"], input=data[at:end], check=True,
                                          stdout=subprocess.PIPE).stdout)
            at = end
        elif data[at] == 0:
            at += 1
        else:
            raise ValueError(f"no archive at {at}")
    return found


def read(path):
    return files(Path(path).read_bytes())
