# SPDX-License-Identifier: GPL-2.0-or-later
"""A dm-verity volume: a file system, its hash tree, and what to configure."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

from . import luks
from .base import once

SALT = "a5" * 32
BLOCK = 4096


def make(path, marker):
    path.mkdir()
    luks.ext4(path / "data", marker)
    made = subprocess.run(["veritysetup", "format", "--salt", SALT, "--hash", "sha256",
                           path / "data", path / "hash"],
                          check=True, stdout=subprocess.PIPE, text=True)
    (path / "root").write_text(re.search(r"Root hash:\s*([0-9a-f]{64})", made.stdout)[1])


def volume(base, name="verity", marker=luks.MARKER):
    """.data, .hash: bytes; .roothash: hex; .config: the volume's section."""
    path = once(base, name, lambda path: make(path, marker))
    data = Path(path / "data").read_bytes()
    roothash = Path(path / "root").read_text()
    return SimpleNamespace(
        data=data, hash=Path(path / "hash").read_bytes(), roothash=roothash,
        config={"device": "PARTLABEL=root", "hash-device": "PARTLABEL=root-hash",
                "type": "verity", "roothash": roothash, "salt": SALT,
                "data-blocks": len(data) // BLOCK, "key": None})


def damaged(data, what):
    """DATA with one bit of the block that holds WHAT flipped."""
    out = bytearray(data)
    out[out.index(what)] ^= 1
    return bytes(out)
