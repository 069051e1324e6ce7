#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our SM3 against that of python3-cryptography, for each length up to 300.

sm3_client (built by the Makefile; SM3_CLIENT names another) prints what ours is.
"""

import os
import subprocess
import sys

from cryptography.hazmat.primitives import hashes, hmac

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = os.environ.get("SM3_CLIENT") or os.path.join(
    HERE, "..", "..", os.environ.get("O", "build"), "tests", "peer", "sm3_client")
LEN_MAX, KEY_MAX = 300, 64
TEXT = bytes((7 * i + 3) % 256 for i in range(LEN_MAX))


def sm3(data):
    h = hashes.Hash(hashes.SM3())
    h.update(data)
    return h.finalize().hex()


def sm3_hmac(key, data):
    h = hmac.HMAC(key, hashes.SM3())
    h.update(data)
    return h.finalize().hex()


def main():
    lines = subprocess.run([CLIENT], check=True, capture_output=True, text=True,
                           timeout=60).stdout.splitlines()
    wanted = [f"{n} {sm3(TEXT[:n])} {sm3_hmac(TEXT[:min(n, KEY_MAX)], TEXT[:n])}"
              for n in range(LEN_MAX + 1)]
    for got, want in zip(lines, wanted):
        if got != want:
            print(f"# is     {got}\n# should {want}")
    good = lines == wanted
    print(f"{'ok' if good else 'not ok'} 1 - SM3 and HMAC of every length up to {LEN_MAX}")
    print("1..1")
    return not good


if __name__ == "__main__":
    sys.exit(main())
