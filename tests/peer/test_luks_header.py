#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""postern header against volumes that cryptsetup makes, every edit of
tests/headers, and descriptors that tests/kbs/descriptor makes.

No key, device-mapper or root is needed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "headers"), str(TOP / "tests" / "kbs")]

import fixtures
from harness import Tap
from header import AREA, Header
from inventions import EDITS

POSTERN = os.environ.get("POSTERN", str(TOP / "build" / "postern"))
FIXTURES = TOP / "tests" / "vectors" / "luks-headers"
DEVICE = 64 << 20
PASSPHRASE = b"a passphrase from the KBS"
PBKDF2 = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000")

# Options of luksFormat, the verdict, and a word of the sentence.
VOLUMES = {
    "argon2id": (("--pbkdf-force-iterations", "4", "--pbkdf-memory", "32768"), "ok", "argon2id"),
    "pbkdf2": (PBKDF2, "ok", "pbkdf2"),
    "sectors of 512": ((*PBKDF2, "--sector-size", "512"), "ok", "512"),
    "sectors of 4096": ((*PBKDF2, "--sector-size", "4096"), "ok", "4096"),
    "sha512": ((*PBKDF2, "--hash", "sha512"), "ok", ""),
    "label": ((*PBKDF2, "--label", "my root"), "ok", ""),
    "keyslot 5": ((*PBKDF2, "--key-slot", "5"), "ok", '"keyslot":5'),
    "data at 4 MiB": ((*PBKDF2, "--offset", "8192"), "ok", ""),
    "data at 32 MiB": ((*PBKDF2, "--offset", "65536"), "HEADER_PROFILE", "keyslots_size"),
    "argon2i": (("--pbkdf", "argon2i", "--pbkdf-force-iterations", "4", "--pbkdf-memory",
                 "32768"), "HEADER_PROFILE", "argon2i"),
    "sha1": ((*PBKDF2, "--hash", "sha1"), "HEADER_PROFILE", "sha1"),
    "key of 256 bits": ((*PBKDF2, "--key-size", "256"), "HEADER_PROFILE", "key_size"),
    "aes-cbc": ((*PBKDF2, "--cipher", "aes-cbc-essiv:sha256", "--key-size", "256"),
                "HEADER_PROFILE", "aes-cbc-essiv:sha256"),
    "keyslot of 256 bits": ((*PBKDF2, "--keyslot-cipher", "aes-xts-plain64",
                             "--keyslot-key-size", "256"), "HEADER_PROFILE", "key_size"),
    "subsystem": ((*PBKDF2, "--subsystem", "x"), "HEADER_PROFILE", "subsystem"),
    "metadata of 64 KiB": ((*PBKDF2, "--luks2-metadata-size", "64k"), "HEADER_PROFILE", "size"),
    "LUKS1": (("--type", "luks1", "--pbkdf-force-iterations", "1000"), "HEADER_FORMAT",
              "version 1"),
}
tap = Tap()


def verdict(path, *options):
    """ok or the code, and the whole answer."""
    done = subprocess.run([POSTERN, "header", "--json", *options, path], capture_output=True,
                          text=True, check=False)
    try:
        result = json.loads(done.stdout)["result"]
    except (ValueError, KeyError):
        return f"status {done.returncode}", done.stdout + done.stderr
    if (done.returncode == 0) != (result == "ok"):
        result += f" with status {done.returncode}"
    return result, done.stdout


def cryptsetup(*arguments):
    subprocess.run(["cryptsetup", "-q", "--key-file", "-", *arguments], input=PASSPHRASE,
                   check=True, capture_output=True)


def make(path, *options):
    with open(path, "wb") as file:
        file.truncate(DEVICE)
    cryptsetup("luksFormat", "--type", "luks2", *options, path)


def test_edits(path):
    base = (FIXTURES / "none.hdr").read_bytes()
    for name, edit in EDITS.items():
        header = Header(base)
        edit.change(header)
        with open(path, "wb") as file:
            file.write(header.bytes())
            file.truncate(DEVICE)
        found, said = verdict(path)
        tap.ok(found == edit.verdict, f"edit {name} ({edit.attack}): {edit.verdict}", said)


def test_fixtures(path):
    for fixture in sorted(FIXTURES.glob("*.hdr")):
        with open(path, "wb") as file:
            file.write(fixture.read_bytes())
            file.truncate(DEVICE)
        found, said = verdict(path)
        tap.ok(found == fixtures.verdict(fixture.stem), f"fixture {fixture.stem}: {found}", said)


def test_volumes(path):
    for name, (options, wanted, word) in VOLUMES.items():
        make(path, *options)
        found, said = verdict(path)
        tap.ok(found == wanted and word in said, f"volume with {name}: {wanted}", said)


def test_changes(path):
    """What an administrator may do to a good volume."""
    make(path, *PBKDF2)
    cryptsetup("config", "--priority", "prefer", "--key-slot", "0", path)
    tap.equal(verdict(path)[0], "HEADER_PROFILE", "keyslot preferred")
    cryptsetup("config", "--priority", "normal", "--key-slot", "0", path)
    tap.equal(verdict(path)[0], "ok", "keyslot normal again")
    subprocess.run(["cryptsetup", "token", "import", path], check=True,
                   input=b'{"type":"x","keyslots":["0"]}')
    tap.equal(verdict(path)[0], "HEADER_PROFILE", "a token")
    cryptsetup("token", "remove", "--token-id", "0", path)
    tap.equal(verdict(path)[0], "ok", "no token again")
    with tempfile.NamedTemporaryFile() as new:
        new.write(b"another")
        new.flush()
        cryptsetup("luksAddKey", *PBKDF2, path, new.name)
        tap.equal(verdict(path)[0], "HEADER_PROFILE", "a second keyslot")
        # Without a key: in batch mode cryptsetup does not ask for one.
        subprocess.run(["cryptsetup", "-q", "luksKillSlot", path, "0"], check=True,
                       capture_output=True)
        tap.equal(verdict(path)[0], "ok", "only the second keyslot")


def test_profile(path):
    make(path, *PBKDF2, "--sector-size", "4096")
    tap.equal(verdict(path, "--sector-size", "4096")[0], "ok", "sector size as pinned")
    tap.equal(verdict(path, "--sector-size", "512")[0], "HEADER_PROFILE", "sector size pinned")


def descriptor(path, generation, *options):
    """A file with the descriptor of that generation."""
    key = path.with_suffix(".key")
    key.write_bytes(PASSPHRASE)
    done = subprocess.run([TOP / "tests" / "kbs" / "descriptor", path, "--key-file", key,
                           "--generation", str(generation), *options], capture_output=True, check=True)
    target = path.with_suffix(".json")
    target.write_bytes(done.stdout)
    return target


def test_descriptor(path):
    make(path, *PBKDF2, "--sector-size", "512", "--key-slot", "3")
    good = descriptor(path, 1)
    found, said = verdict(path, "--descriptor", good)
    tap.ok(found == "ok" and "authenticated" in said, "a descriptor of its own", said)
    other = json.loads(good.read_text())
    for generation, code, what in ((2, "HEADER_MAC", "another generation"),
                                   (9, "HEADER_ROLLBACK", "one that the header is not up to")):
        other["generation"] = generation
        good.write_text(json.dumps(other))
        tap.equal(verdict(path, "--descriptor", good)[0], code, what)
    good = descriptor(path, 1)
    for at, what in ((104, "salt of the binary header"), (AREA + 5, "keyslot"),
                     (AREA + 258047, "last byte of the keyslot")):
        before = path.read_bytes()
        changed = bytearray(before)
        changed[at] ^= 1
        if at < AREA:
            changed[:AREA] = Header(bytes(changed)).bytes()
        path.write_bytes(changed)
        tap.equal(verdict(path, "--descriptor", good)[0], "HEADER_MAC", f"another {what}")
        path.write_bytes(before)
    with open(path, "r+b") as file:
        file.truncate(DEVICE + 512)
    found, said = verdict(path, "--descriptor", good)
    tap.ok(found == "HEADER_MAC" and "does not say 'grow'" in said, "a larger device", said)
    with open(path, "r+b") as file:
        file.truncate(DEVICE - 512)
    found, said = verdict(path, "--descriptor", good)
    tap.ok(found == "HEADER_MAC" and f"{DEVICE} by the descriptor" in said, "a smaller one", said)


def test_grow(path):
    make(path, *PBKDF2, "--sector-size", "512")
    good = descriptor(path, 1, "--grow")
    for size, code in ((DEVICE, "ok"), (DEVICE + 512, "ok"), (2 * DEVICE, "ok"),
                       (DEVICE - 512, "HEADER_MAC")):
        with open(path, "r+b") as file:
            file.truncate(size)
        found, said = verdict(path, "--descriptor", good)
        tap.ok(found == code and (code != "ok" or "authenticated" in said),
               f"with 'grow', {size} bytes: {code}", said)
    with open(path, "r+b") as file:
        file.truncate(2 * DEVICE)
    other = json.loads(good.read_text())
    for size, code in ((DEVICE + 512, "HEADER_MAC"), (DEVICE - 512, "HEADER_MAC"),
                       (2 * DEVICE, "HEADER_MAC"), (4 * DEVICE, "HEADER_MAC"),
                       (0, "RESOURCE"), (-1, "RESOURCE"), (str(DEVICE), "RESOURCE")):
        other["device-size"] = size
        good.write_text(json.dumps(other))
        found = subprocess.run([POSTERN, "header", "--descriptor", good, path], check=False,
                               capture_output=True, text=True)
        tap.ok(f": {code}: " in found.stderr, f"device-size {size!r}: {code}", found.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for test in (test_fixtures, test_edits, test_volumes, test_changes, test_profile,
                     test_descriptor, test_grow):
            test(Path(folder) / "volume.img")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
