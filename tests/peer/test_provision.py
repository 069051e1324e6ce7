#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""postern provision and rotate on image files, against Debian's cryptsetup and the
descriptor tool of tests/kbs, and what the commands refuse.

No device-mapper or root is needed.
"""

import base64
import json
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "kbs")]

from harness import Tap

POSTERN = os.environ.get("POSTERN", str(TOP / "build" / "postern"))
DESCRIPTOR = TOP / "tests" / "kbs" / "descriptor"
UUID = "b7b439c1-6377-491f-995e-f1a2433492ff"
SIZE = 24 << 20
tap = Tap()


def postern(*arguments):
    return subprocess.run([POSTERN, *arguments], capture_output=True, check=False)


def blank(path, size=SIZE):
    path.write_bytes(b"")
    os.truncate(path, size)
    return path


def refused(code, name, *arguments, rc=1):
    done = postern(*arguments)
    tap.ok(done.returncode == rc and code.encode() in done.stderr and not done.stdout, name,
           (done.returncode, done.stderr, done.stdout[:20]))


def key_of(text, path):
    path.write_bytes(base64.b64decode(json.loads(text)["key"]))
    return path


def agreed(image, text, directory, name):
    """cryptsetup opens it, and the other maker of descriptors makes the same."""
    found = json.loads(text)
    key = key_of(text, directory / "key")
    opens = subprocess.run(["cryptsetup", "open", "--test-passphrase", "--key-file", key, image],
                           check=False, capture_output=True)
    tap.equal(opens.returncode, 0, f"{name}: cryptsetup opens it")
    other = subprocess.run([DESCRIPTOR, image, "--key-file", key, "--generation",
                            str(found["generation"])], check=True, capture_output=True).stdout
    tap.equal(json.loads(other), found, f"{name}: the same descriptor")
    file = directory / "descriptor"
    file.write_bytes(text)
    header = postern("header", "--json", "--descriptor", file, image)
    tap.equal(json.loads(header.stdout)["header"], "authenticated", f"{name}: authenticated")
    return file


def check_provision(directory):
    image = blank(directory / "image")
    done = postern("provision", image, "--uuid", UUID, "--sector-size", "4096")
    tap.equal(done.returncode, 0, "provision")
    agreed(image, done.stdout, directory, "provision")
    found = json.loads(done.stdout)
    tap.equal((found["uuid"], found["profile"]["sector-size"], found["provision"],
               len(base64.b64decode(found["key"]))), (UUID, 4096, False, 32), "as it was asked for")
    dump = subprocess.run(["cryptsetup", "luksDump", image], check=True, capture_output=True,
                          text=True).stdout
    for text in ("PBKDF:      pbkdf2", "Iterations: 1000", "cipher: aes-xts-plain64",
                 "sector: 4096", f"UUID:          \t{UUID}"):
        tap.ok(text in dump, f"luksDump: {text}", dump)
    before = image.read_bytes()
    refused("PROVISION", "a volume is there", "provision", image)
    tap.ok(image.read_bytes() == before, "it is as it was")
    key = directory / "own"
    key.write_bytes(b"thirty-two bytes of some entropy")
    with open(image, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")
    done = postern("provision", image, "--overwrite", "--key-file", key)
    tap.equal(base64.b64decode(json.loads(done.stdout)["key"]), key.read_bytes(), "a key file")
    agreed(image, done.stdout, directory, "overwritten")
    tap.equal(image.read_bytes()[-1:], b"\0", "what was there is gone")


def check_rotate(directory):
    """A volume of cryptsetup's own, by its bare key; then by descriptors."""
    image, key = blank(directory / "image"), directory / "passphrase"
    key.write_bytes(b"thirty-two bytes of some entropy")
    subprocess.run(["cryptsetup", "luksFormat", "-q", "--type", "luks2", "--key-size", "512",
                    "--cipher", "aes-xts-plain64", "--pbkdf", "pbkdf2", "--sector-size", "512",
                    "--pbkdf-force-iterations", "1000", "--key-file", key, image], check=True)
    option, old = "--key-file", key
    for turn in range(3):
        with open(image, "rb") as file:
            before = file.read(32768)
        done = postern("rotate", image, option, old)
        new = directory / f"descriptor{turn}"
        new.write_bytes(done.stdout)
        tap.equal(done.returncode, 0, f"rotate {turn}: begun")
        with open(image, "rb") as file:
            tap.ok(file.read(32768) == before, f"rotate {turn}: the old header is there")
        refused("PROVISION", f"rotate {turn}: is under way", "rotate", image, option, old)
        tap.equal(postern("rotate", "--finish", image, "--descriptor", new).returncode, 0,
                  f"rotate {turn}: finished")
        agreed(image, done.stdout, directory, f"rotate {turn}")
        refused("HEADER_MAC", f"rotate {turn}: finished by a stranger", "rotate", "--finish",
                image, "--descriptor", other_descriptor(directory))
        if turn == 0:
            opens = subprocess.run(["cryptsetup", "open", "--test-passphrase", "--key-file", key,
                                    image], check=False, capture_output=True)
            tap.equal(opens.returncode, 2, "rotate: the old key opens nothing")
        else:
            refused("HEADER_", f"rotate {turn}: the old descriptor", "header", "--descriptor",
                    old, image)
        option, old = "--descriptor", new
    refused("KEY_REJECTED", "rotate: another key", "rotate", image, "--key-file", key)


def check_grow(directory):
    """A new key for a volume whose device has grown, and may."""
    image, file, new = blank(directory / "image"), directory / "old", directory / "new"
    old = json.loads(postern("provision", image).stdout)
    tap.equal(old["device-size"], SIZE, "grow: size in the descriptor")
    os.truncate(image, 2 * SIZE)
    file.write_text(json.dumps(old))
    refused("HEADER_MAC", "grow: not said", "rotate", image, "--descriptor", file)
    old["profile"]["grow"] = True
    file.write_text(json.dumps(old))
    new.write_bytes(postern("rotate", image, "--descriptor", file).stdout)
    tap.equal(postern("rotate", "--finish", image, "--descriptor", new).returncode, 0,
              "grow: rotated")
    found = json.loads(new.read_text())
    tap.equal((found["device-size"], found["profile"].get("grow")), (2 * SIZE, True),
              "grow: the next descriptor")
    tap.equal(postern("header", "--descriptor", new, image).returncode, 0, "grow: authenticated")


def other_descriptor(directory):
    path = directory / "other"
    done = postern("provision", blank(directory / "other.img"))
    path.write_bytes(done.stdout)
    return path


def check_refused(directory):
    image, short = blank(directory / "image"), directory / "short"
    short.write_bytes(b"x" * 31)
    none = directory / "none"
    for name, code, rc, arguments in (
            ("no device", "exactly one argument", 2, ["provision"]),
            ("two devices", "exactly one argument", 2, ["provision", image, image]),
            ("integrity", "--integrity", 2, ["provision", image, "--integrity", "hmac"]),
            ("wipe", "--wipe", 2, ["provision", image, "--wipe", "auto"]),
            ("tags on a file", "is a file", 1, ["provision", image, "--integrity", "aead"]),
            ("a file is not filled", "is a file", 1, ["provision", image, "--wipe", "full"]),
            ("two keys", "two keys", 2, ["provision", image, "--key-file", short, "--key", "kbs:"]),
            ("uuid", "--uuid", 2, ["provision", image, "--uuid", UUID.upper()]),
            ("sectors", "--sector-size", 2, ["provision", image, "--sector-size", "1024"]),
            ("no token", "go together", 2, ["provision", image, "--resource", "kbs:///a/b/c"]),
            ("no resource", "go together", 2, ["provision", image, "--kbs-admin-token", short]),
            ("no configuration", "CONFIG", 2,
             ["provision", image, "--key", "kbs:///a/b/c", "--config", none]),
            ("short key", "RESOURCE", 1, ["provision", image, "--key-file", short]),
            ("no key file", "RESOURCE", 1, ["provision", image, "--key-file", none]),
            ("missing", "DISK_MISSING", 1, ["provision", none]),
            ("a directory", "DISK_MISSING", 1, ["provision", directory]),
            ("small", "PROVISION", 1, ["provision", blank(directory / "small", 16 << 20)]),
            ("no volume", "HEADER_FORMAT", 1, ["rotate", image, "--key-file", short]),
            ("nothing to finish", "HEADER_FORMAT", 1, ["rotate", "--finish", image]),
            ("no old key", "needs the old key", 2, ["rotate", image]),
            ("two old keys", "needs the old key", 2,
             ["rotate", image, "--key-file", short, "--descriptor", short]),
            ("finish and key", "--finish goes with", 2,
             ["rotate", image, "--finish", "--key-file", short]),
            ("overwrite", "not known here", 2, ["rotate", image, "--overwrite"])):
        refused(code, f"refused: {name}", *arguments, rc=rc)
    tap.equal(image.read_bytes().strip(b"\0"), b"", "nothing was written")
    master, slave = pty.openpty()
    for command in (["provision", image], ["rotate", image, "--key-file", short]):
        done = subprocess.run([POSTERN, *command], stdout=slave, stderr=subprocess.PIPE,
                              check=False)
        tap.ok(done.returncode == 2 and b"terminal" in done.stderr, f"{command[0]}: a terminal",
               done.stderr)
    os.close(master)
    os.close(slave)
    tap.equal(image.read_bytes().strip(b"\0"), b"", "nothing was written then either")


def main():
    # in build/, since device names of the agent are short and so must these be
    os.chdir(TOP)
    with tempfile.TemporaryDirectory(prefix="pv.", dir="build") as directory:
        directory = Path(directory)
        check_provision(directory)
        check_rotate(directory)
        check_grow(directory)
        check_refused(directory)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
