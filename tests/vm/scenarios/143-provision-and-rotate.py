# SPDX-License-Identifier: GPL-2.0-or-later
"""In a running guest: a volume is made and its descriptor stored, it opens, gets
another key while it is open, and opens by that; the header of before does not."""

import base64
import json

from harness.disk import MIB
from harness.luks import DATA_OFFSET
from harness.vm import KEY_PATH, UNLOCK

SIZE = 24 << 20
TOKEN, WRONG = "/etc/postern/admin.token", "/etc/postern/wrong.token"
URI = f"kbs:///{KEY_PATH}"
STORE = f"--kbs-admin-token {TOKEN} --resource {URI}"
ROTATE = f"exec postern rotate /dev/vda1 --key {URI} --resource {URI} --kbs-admin-token"


def setup(vm):
    vm.disk.root.blank(SIZE)
    vm.kbs.resources.clear()
    vm.files[TOKEN] = vm.kbs.make_admin()
    vm.files[WRONG] = b"a.b.c\n"
    vm.persistent_ak = True
    vm.old = []
    vm.on("keep", lambda: vm.old.append((header(vm), vm.kbs.stored(KEY_PATH))))
    # it stores what it gets, and its answer is of no use
    vm.on("lose-answer", lambda: vm.kbs.set_faults("gzip@resource"))
    vm.on("keep-answer", vm.kbs.set_faults)
    vm.only(
        ("provision", f"exec postern provision /dev/vda1 {STORE}"),
        ("again", f"exec postern provision /dev/vda1 {STORE}"),
        ("unlock", UNLOCK),
        ("write", "echo written | dd of=/dev/mapper/root conv=fsync"),
        ("in-use", f"exec postern provision /dev/vda1 --overwrite {STORE}"),
        ("denied", f"host keep; {ROTATE} {WRONG}"),
        ("rotate", f"{ROTATE} {TOKEN}"),
        ("lost", f"host keep; postern fetch {URI} > /tmp/old; host lose-answer\n"
                 f"exec postern rotate /dev/vda1 --descriptor /tmp/old {STORE}"),
        ("under-way", f"host keep-answer; {ROTATE} {TOKEN}"),
        ("stale-report", "exec postern rotate --finish /dev/vda1"))


def header(vm):
    with open(vm.disk.path, "rb") as f:
        f.seek(MIB)
        return f.read(DATA_OFFSET)


def put_back(vm, data):
    with open(vm.disk.path, "r+b") as f:
        f.seek(MIB)
        f.write(data)


def check(r):
    r.ended()
    for name in ("provision", "unlock", "write", "rotate"):
        r.succeeded(name)
    for name, code in (("again", "PROVISION"), ("in-use", "PROVISION"),
                       ("denied", "KBS_DENIED"), ("under-way", "PROVISION"),
                       # by this boot the volume was opened with a key long gone
                       ("stale-report", "HEADER_MAC")):
        r.failed(name, code)
    r.failed("lost", "KBS_PROTOCOL")
    r.equal(r.steps["provision"].out + r.steps["rotate"].out, b"", "descriptors on stdout")
    stored = r.vm.kbs.stored(KEY_PATH)
    r.no_secrets({f"key {n}": base64.b64decode(json.loads(d)["key"]) for n, d in
                  enumerate((r.vm.old[0][1], r.vm.old[1][1], stored))})
    generations = [json.loads(d)["generation"] for d in
                   (r.vm.old[0][1], r.vm.old[1][1], stored)]
    r.expect(generations == sorted(set(generations)), f"generations: {generations}")
    r.vm.kbs.resources[KEY_PATH] = stored

    # the KBS has the new descriptor, byte 0 the header of before
    lost = r.after("lost", lambda vm: setattr(vm, "steps", [
        ("unlock", UNLOCK), ("read", "head -n 1 /dev/mapper/root"),
        ("status", "exec postern status"),
        ("finish", "exec postern rotate --finish /dev/vda1"),
        ("header", f"postern fetch {URI} > /tmp/d; "
                   "exec postern header --json --descriptor /tmp/d /dev/vda1")]))
    lost.ended()
    for name in ("unlock", "finish", "header"):
        lost.succeeded(name)
    lost.expect(b"rotate --finish" in lost.steps["status"].out, "postern status does not say it")
    lost.equal(lost.steps["read"].out, b"written\n", "what was written")
    volume = lost.report()["volumes"][0]
    lost.equal((volume["header"], volume["rotation"]), ("authenticated", "unfinished"), "report")

    now = header(r.vm)
    for n, (data, descriptor) in enumerate(r.vm.old):
        r.expect(data != now, f"header {n} is still there")
        put_back(r.vm, data)
        other = r.after(f"rollback{n}", lambda vm: setattr(vm, "steps", [("unlock", UNLOCK)]))
        other.stops("HEADER_ROLLBACK", where="header")
    put_back(r.vm, now)
    good = r.after("good", lambda vm: setattr(vm, "steps", [("unlock", UNLOCK)]))
    good.succeeded()
    good.equal(good.report()["volumes"][0]["rotation"], "none", "report at the end")
