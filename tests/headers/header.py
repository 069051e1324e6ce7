# SPDX-License-Identifier: GPL-2.0-or-later
"""A LUKS2 header in parts, and put together again with right checksums."""

import hashlib
import json

BINARY, COPY, AREA = 4096, 16384, 32768     # bytes; a copy is a binary header and its JSON
JSON = COPY - BINARY

# LUKS2 On-Disk Format Specification 1.1.4, 2.1, Figure 2.
VERSION = slice(6, 8)
HDR_SIZE = slice(8, 16)
SEQID = slice(16, 24)
LABEL = slice(24, 72)
CSUM_ALG = slice(72, 104)
SALT = slice(104, 168)
UUID = slice(168, 208)
SUBSYSTEM = slice(208, 256)
HDR_OFFSET = slice(256, 264)
PADDING = slice(264, 448)
CSUM = slice(448, 512)
PADDING4096 = slice(512, 4096)


class Header:
    """Both copies, to be edited.  json[i] is what json.dumps() will write for
    copy i, unless text[i] is set, which is taken as it is."""

    def __init__(self, data):
        self.binary = [bytearray(data[at:at + BINARY]) for at in (0, COPY)]
        self.json = [json.loads(data[at + BINARY:at + COPY].rstrip(b"\0")) for at in (0, COPY)]
        self.text = [None, None]
        self.behind = b""               # goes after the NUL that ends the JSON
        self.checksum = [None, None]    # instead of the right one

    def put(self, field, value):
        """Sets FIELD of both binary headers."""
        for binary in self.binary:
            put(binary, field, value)

    def rewrite(self, change):
        """Changes the JSON text of both copies with CHANGE(text)."""
        self.text = [change(self.json_text(i)) for i in (0, 1)]

    def json_text(self, i):
        return json.dumps(self.json[i], separators=(",", ":"))

    def copy_bytes(self, i):
        text = self.text[i] if self.text[i] is not None else self.json_text(i)
        area = text.encode("utf-8", "surrogateescape")
        if len(area) < JSON:
            area += b"\0" + self.behind
        area = area.ljust(JSON, b"\0")
        assert len(area) == JSON
        binary = bytearray(self.binary[i])
        binary[CSUM] = bytes(64)
        digest = self.checksum[i] or hashlib.sha256(binary + area).digest()
        binary[CSUM] = digest.ljust(64, b"\0")
        return bytes(binary) + area

    def bytes(self):
        return self.copy_bytes(0) + self.copy_bytes(1)


def put(binary, field, value):
    """VALUE into FIELD: numbers big endian, the rest padded with zeros."""
    size = field.stop - field.start
    if isinstance(value, int):
        value = value.to_bytes(size, "big")
    assert len(value) <= size
    binary[field] = value.ljust(size, b"\0")
