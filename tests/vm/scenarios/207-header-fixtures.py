# SPDX-License-Identifier: GPL-2.0-or-later
"""The headers of tests/vectors/luks-headers, which stock cryptsetup mostly obeys: none
is mapped, each has its code, and the harmless ones are opened by no key of ours."""

import sys
from pathlib import Path

from harness.disk import MIB
from harness.luks import DATA_OFFSET
from harness.vm import KEY_PATH

TESTS = Path(__file__).parents[2]
sys.path.append(str(TESTS / "headers"))
from fixtures import verdict                    # noqa: E402

FILES = sorted((TESTS / "vectors" / "luks-headers").glob("*.hdr"))
# the configuration says integrity = none, which comes before the superblock
PINNED = {"int_none": "HEADER_PROFILE"}


def code(name):
    found = PINNED.get(name, verdict(name))
    return "KEY_REJECTED" if found == "ok" else found


def put(header):
    def edit(path):
        with open(path, "r+b") as f:
            f.write(header)
    return edit


def setup(vm):
    vm.disk.parts = []
    vm.config["volume root"] = None
    for n, file in enumerate(FILES):
        part = vm.disk.add(f"f{n}")
        part.edits.append(put(file.read_bytes()))
        part.cut(DATA_OFFSET + 2 * MIB)
        vm.config[f"volume f{n}"] = {"device": f"PARTLABEL=f{n}", "nofail": "yes",
                                     "key": f"kbs:///{KEY_PATH}"}


def check(r):
    r.ended()
    r.succeeded()
    found = {v["name"]: v.get("skipped") for v in r.report()["volumes"]}
    r.equal(found, {f"f{n}": code(file.stem) for n, file in enumerate(FILES)}, "codes")
    r.expect("no volume was opened" in r.report()["level"]["reasons"], "level")
    r.no_mapping()
    r.disks_unchanged()
