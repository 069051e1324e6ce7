# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks for secrets where they must not be, in the spellings in which they
usually get there."""

import base64
from pathlib import Path


def spellings(secret):
    """(name, bytes): raw, hexadecimal, and base64 at each of the three places
    where a secret can begin within a longer text that is encoded as a whole."""
    yield "raw", secret
    yield "hex", secret.hex().encode()
    yield "HEX", secret.hex().upper().encode()
    for lead in range(3):
        text = base64.b64encode(bytes(lead) + secret).rstrip(b"=")
        # the first and last character also carry bits of the neighbours
        text = text[lead + (lead > 0):-1]
        yield f"base64+{lead}", text
        if b"+" in text or b"/" in text:
            yield f"base64url+{lead}", text.replace(b"+", b"-").replace(b"/", b"_")


def find(data, secrets):
    """Sightings in DATA: (name of the secret, spelling, offset)."""
    seen = []
    for name, secret in secrets.items():
        for spelling, needle in spellings(secret):
            at = data.find(needle)
            if at >= 0:
                seen.append((name, spelling, at))
    return seen


def scan_tree(top, secrets, skip=()):
    """As find(), for every file below TOP but those in SKIP."""
    seen = []
    for path in sorted(Path(top).rglob("*")):
        where = str(path.relative_to(top))
        if path.is_file() and not path.is_symlink() and where not in skip:
            seen += [(where, *s) for s in find(path.read_bytes(), secrets)]
    return seen
