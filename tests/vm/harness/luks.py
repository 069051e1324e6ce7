# SPDX-License-Identifier: GPL-2.0-or-later
"""LUKS2 volumes made without device-mapper: cryptsetup writes the header to a
file, and the payload is encrypted here, sector by sector, as dm-crypt does."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import astuple, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .base import once

MUTATE = Path(__file__).parents[2] / "headers" / "mutate"

# Recognisable on purpose: other tests look for them where they must not be.
MARKER = b"postern test root: this line was read through dm-crypt\n"
PASSPHRASE = b"postern-marker-passphrase-8c1f52d0a7e3"
VOLUME_KEY = b"postern-marker-volume-key-first-" + b"postern-marker-volume-key-second"
UUID = "5f0c1f3e-6a55-4b0e-9d0f-7b1f5c6f0a11"
PAYLOAD = 8 << 20
DATA_OFFSET = 16 << 20         # cryptsetup's default: header copies and keyslots


@dataclass(frozen=True)
class Suite:
    """A cipher, and how sectors are protected."""
    integrity: str
    cipher: str
    bits: int                   # of the key, without that of a MAC
    table: str                  # what dm-crypt calls it
    tag: int                    # bytes


SUITES = {s[0]: Suite(*s[1:]) for s in (
    ("none", "none", "aes-xts-plain64", 512, "aes-xts-plain64", 0),
    ("hmac", "hmac-sha256", "aes-xts-plain64", 512,
     "capi:authenc(hmac(sha256),xts(aes))-plain64", 32),
    ("gcm", "aead", "aes-gcm-random", 256, "capi:gcm(aes)-random", 28),
    ("aegis", "aead", "aegis128-random", 128, "capi:aegis128-random", 32))}


@dataclass(frozen=True)
class Volume:
    """What a volume is made with."""
    passphrase: bytes = PASSPHRASE
    volume_key: bytes = VOLUME_KEY
    uuid: str = UUID
    label: str = ""
    marker: bytes = MARKER
    sector_size: int = 512
    iterations: int = 1000
    options: tuple = ()         # more options of luksFormat

    def name(self):
        """A file name that differs when anything else does."""
        return "volume-" + hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


def ext4(path, marker, size=PAYLOAD):
    """A file system that holds the file 'marker'."""
    tree = path.with_suffix(".tree")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    (tree / "marker").write_bytes(marker)
    with open(path, "wb") as f:
        f.truncate(size)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-b", "4096", "-O", "^has_journal",
                    "-d", tree, path], check=True)
    shutil.rmtree(tree)


def encrypt(data, key, sector_size):
    """aes-xts-plain64.  The IV counts sectors of 512 bytes whatever the size of
    the encrypted ones, as LUKS2 does without iv_large_sectors."""
    aes = algorithms.AES(key)
    out = bytearray()
    for at in range(0, len(data), sector_size):
        iv = (at // 512).to_bytes(16, "little")
        out += Cipher(aes, modes.XTS(iv)).encryptor().update(data[at:at + sector_size])
    return bytes(out)


def make(path, volume):
    path = Path(path)
    plain, key = path.with_suffix(".plain"), path.with_suffix(".vk")
    key.write_bytes(volume.volume_key)
    ext4(plain, volume.marker)
    with open(path, "wb") as f:
        f.truncate(32 << 20)
    subprocess.run(
        ["cryptsetup", "luksFormat", "-q", "--type", "luks2",
         "--cipher", "aes-xts-plain64", "--key-size", "512", "--hash", "sha256",
         "--sector-size", str(volume.sector_size), "--pbkdf", "pbkdf2",
         "--pbkdf-force-iterations", str(volume.iterations), "--uuid", volume.uuid,
         *(["--label", volume.label] if volume.label else []), *volume.options,
         "--volume-key-file", key, "--key-file", "-", path],
        input=volume.passphrase, check=True)
    start = int(read_header(path)["segments"]["0"]["offset"])
    assert start == DATA_OFFSET
    sealed = encrypt(plain.read_bytes(), volume.volume_key, volume.sector_size)
    with open(path, "r+b") as f:
        f.seek(start)
        f.write(sealed)
        f.truncate(start + len(sealed))
    plain.unlink()
    key.unlink()


def read_header(path):
    """The JSON of the first copy."""
    with open(path, "rb") as f:
        f.seek(4096)
        return json.loads(f.read(12288).split(b"\0")[0])


def edit_header(path, name):
    """One of the edits of tests/headers, for which the host needs no key."""
    subprocess.run([MUTATE, "edit", name, path], check=True)


def verdict_on(name):
    """What a reader of that header must say: ok or a reason code."""
    listed = subprocess.run([MUTATE, "list"], check=True, stdout=subprocess.PIPE, text=True)
    return next(line.split()[2] for line in listed.stdout.splitlines()
                if line.split()[0] == name)


def to_make(volume, key=None, suite=SUITES["none"], **changes):
    """The descriptor of a volume that the guest shall make."""
    descriptor = {"postern": 1, "key": base64.b64encode(key or volume.passphrase).decode(),
                  "uuid": volume.uuid, "profile": {"cipher": suite.cipher, "key-bits": suite.bits,
                                                   "sector-size": volume.sector_size,
                                                   "integrity": suite.integrity},
                  "provision": True}
    return json.dumps({**descriptor, **changes}).encode()


def made(report, key=PASSPHRASE):
    """What the owner puts into the KBS: the part of the report on a volume that
    was made, and the key."""
    return json.dumps({**report["descriptor"], "key": base64.b64encode(key).decode()}).encode()


def cached(base, volume):
    """A volume as VOLUME says, made once per run."""
    return once(base, volume.name(), lambda path: make(path, volume))


def copy_sparse(src, dst, at=0):
    """Into an open file, holes left as holes."""
    with open(src, "rb") as f:
        end = f.seek(0, os.SEEK_END)
        pos = 0
        while pos < end:
            try:
                data = f.seek(pos, os.SEEK_DATA)
            except OSError:
                break
            pos = f.seek(data, os.SEEK_HOLE)
            f.seek(data)
            dst.seek(at + data)
            dst.write(f.read(pos - data))
    return end
