#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""postern check of images: folders, and initramfs as other programs write them."""

import gzip
import json
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).parents[2]
POSTERN = os.environ.get("POSTERN", str(TOP / "build" / "postern"))
CONF = """[agent]
tee = {tee}
[kbs]
url = https://k
ca = /etc/postern/ca.pem
[volume root]
device = /dev/vda
key = kbs:///a/b/c
{volume}
"""
results = []


def ok(good, name, detail=""):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} - {name}")
    if not good:
        print("#", detail)


def tree(where, tee="tdx", volume="", leave_out=()):
    files = {
        "usr/lib/postern/postern": "x", "etc/postern/ca.pem": "x",
        "etc/postern/postern.conf": CONF.format(tee=tee, volume=volume),
        "usr/lib/modules/6.12/modules.dep": "kernel/drivers/md/dm-crypt.ko.xz: a.ko\n"
        "kernel/drivers/virt/coco/tdx-guest.ko.zst:\nkernel/drivers/virt/coco/tsm.ko:\n",
        "usr/lib/modules/6.12/modules.builtin": "kernel/drivers/char/tpm/tpm.ko\n"}
    for name, text in files.items():
        if name not in leave_out:
            path = where / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return where


def cpio(where):
    """What cpio(1) makes of the folder."""
    names = subprocess.run(["find", "."], cwd=where, check=True, capture_output=True).stdout
    return subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=where, input=names,
                          check=True, capture_output=True).stdout


def check(*arguments):
    done = subprocess.run([POSTERN, "check", "--json", *arguments],
                          check=False, capture_output=True, text=True)
    bad = {x["check"]: x["text"] for x in json.loads(done.stdout) if x["result"] != "ok"}
    return done.returncode, bad


def whole(where, conf):
    """An image with the configuration and all that an example may need."""
    modules = ("tdx-guest", "sev-guest", "tsm", "dm-crypt", "dm-integrity", "dm-verity",
               "wireguard")
    tree(where)
    for name, text in {
            "etc/postern/postern.conf": conf, "etc/postern/kbs-ca.pem": "x",
            "etc/postern/init-data.toml": "x", "usr/sbin/mkfs.ext4": "x",
            "etc/group": "systemd-network:x:192:\n",
            "usr/lib/modules/6.12/modules.dep": "".join(f"{m}.ko:\n" for m in modules)}.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text)
    return where


def examples(work):
    paths = sorted((TOP / "images/examples").iterdir())
    for path in paths:
        status, bad = check("--root", whole(work / path.name, path.read_text()))
        ok((status, bad) == (0, {}), f"example {path.name}", bad)
    used = "".join(path.read_text() for path in paths)
    ok(all(f"\n{word}" in used for word in (
        "tee = tpm", "tee = snp", "tee = tdx", "type = verity", "integrity = aead",
        "provision = if-permitted", "[tunnel wg0]")), "there is an example for each use")


def main():
    work = Path(tempfile.mkdtemp())
    examples(work)
    root = tree(work / "whole")
    status, bad = check("--root", root)
    ok((status, bad) == (0, {}), "a whole root", bad)

    plain = cpio(root)
    zstd = subprocess.run(["zstd", "-qc"], input=plain, check=True, capture_output=True).stdout
    early = cpio(tree(work / "early", leave_out=("etc/postern/ca.pem",)))
    for name, data in {
            "plain": plain, "gzip": gzip.compress(plain), "zstd": zstd,
            "xz": lzma.compress(plain, check=lzma.CHECK_CRC32),
            "two, the second compressed": plain + bytes(1024) + gzip.compress(early)}.items():
        image = work / "image"
        image.write_bytes(data)
        status, bad = check("--initramfs", image)
        ok((status, bad) == (0, {}), f"a whole initramfs: {name}", bad)

    for name, leave_out, topic in (
            ("no CA", "etc/postern/ca.pem", "ca"),
            ("no program", "usr/lib/postern/postern", "program"),
            ("no configuration", "etc/postern/postern.conf", "config")):
        status, bad = check("--root", tree(work / topic, leave_out=(leave_out,)))
        ok(status != 0 and list(bad) == [topic], name, bad)
    for name, change, topics in (
            ("drivers of another TEE", {"tee": "snp"}, ["module sev_guest"]),
            ("a TEE that needs none", {"tee": "tpm"}, []),
            ("tags", {"volume": "integrity = aead"}, ["module dm_integrity"]),
            ("mkfs", {"volume": "provision = if-permitted\nmkfs = ext4"}, ["mkfs"]),
            ("swap, which needs no program", {"volume": "[volume swap]\ndevice = /dev/vdb\n"
                                              "key = random\nmkfs = swap"}, []),
            ("a tunnel", {"volume": "[tunnel wg0]\ncredentials = kbs:///a/b/c"}, ["group"]),
            ("a tunnel that is up", {"volume": "[tunnel wg0]\ncredentials = kbs:///a/b/c\n"
                                               "up = yes"}, ["module wireguard"]),
            ("a tunnel with credentials", {"volume": "[tunnel wg0]\n"
                                           "credentials = kbs:///a/b/c\n"
                                           "key-as = credential"}, []),
            ("a mistake", {"volume": "foo = bar"}, ["config"])):
        shutil.rmtree(work / "x", ignore_errors=True)
        status, bad = check("--root", tree(work / "x", **change))
        ok(list(bad) == topics and (status != 0) == bool(topics), name, bad)

    # an absolute link stays inside
    shutil.rmtree(work / "x")
    x = tree(work / "x", leave_out=("etc/postern/ca.pem",))
    (x / "etc/ssl").mkdir()
    (x / "etc/ssl/ca.pem").write_text("x")
    (x / "etc/postern/ca.pem").symlink_to("/etc/ssl/ca.pem")
    ok(check("--root", x) == (0, {}), "an absolute link inside of the root")
    (x / "etc/ssl/ca.pem").unlink()
    (x / "etc/postern/ca.pem").unlink()
    (x / "etc/postern/ca.pem").symlink_to("/../../../../../../etc/hostname")
    ok(list(check("--root", x)[1]) == ["ca"], "a link does not lead out")

    for name, data in {"text": b"hello", "nothing": b"", "cut": plain[:-2000],
                       "cut gzip": gzip.compress(plain)[:-100]}.items():
        (work / "image").write_bytes(data)
        status, bad = check("--initramfs", work / "image")
        ok(status != 0 and bad, f"no initramfs: {name}", bad)
    shutil.rmtree(work)
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
