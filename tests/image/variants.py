# SPDX-License-Identifier: GPL-2.0-or-later
"""Other roots than ext4 on LUKS2: verity with encrypted state, as an image for
production has it; btrfs; LVM on a volume with tags."""

import base64
import json
import os
import re
import subprocess

import stage
from failures import configure
from opens import denied_later, nothing_failed, powers_off, status_ok
from tap import check

CONF = "etc/postern/postern.conf"
STATE = "default/disk/state"
# Put into the initramfs, and from there into the real root's /run: the disk itself
# is as it was built.
BRING = "[Service]\nExecStartPre=+/bin/cp -r /real-root/. /run/\n"


def bring(world, files):
    """FILES, below /run of the real root."""
    world.overlay["etc/systemd/system/postern-unlock.service.d/bring.conf"] = BRING
    for path, text in files.items():
        world.overlay[f"real-root/{path}"] = text


def targets(facts):
    """{mapping: target}, by the kernel's tables."""
    return {line.split(":")[0]: line.split()[3] for line in facts["table"].splitlines()}


# --- the image for production: what is on its disk, before it is booted

def partition(image, name):
    """(first byte, size) of the partition."""
    listed = subprocess.run(["partx", "--show", "--noheadings", "--output",
                             "NAME,START,SECTORS", image / "disk.img"], check=True,
                            stdout=subprocess.PIPE, text=True)
    for line in listed.stdout.splitlines():
        label, start, sectors = line.split()
        if label == name:
            return int(start) * 512, int(sectors) * 512
    raise AssertionError(f"there is no partition '{name}'")


def folder(image, path):
    """Names in a folder of the root."""
    start, _ = partition(image, "root")
    listed = subprocess.run(["debugfs", "-R", f"ls -p {path}",
                             f"{image}/disk.img?offset={start}"], check=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return {line.split("/")[5] for line in listed.stdout.splitlines() if line}


FORBIDDEN = re.compile(r"(ba|da|rba|z|k|c|tc|fi)?sh|busybox|(a|m)?getty|sulogin|login|su|sudo|"
                       r"passwd|sshd|apt.*|dpkg.*|dnf.*|rpm.*|python.*|perl.*")


def has_no_way_in(image):
    """the production root has no login, shell or package manager"""
    names = folder(image, "/usr/bin") | folder(image, "/usr/sbin")
    check({"systemctl", "postern", "mount", "e2fsck"} <= names, f"only {len(names)} programs")
    bad = sorted(name for name in names if FORBIDDEN.fullmatch(name))
    check(not bad, bad)
    check(folder(image, "/var") == {".", "..", ".updated"}, folder(image, "/var"))


def has_its_hash(image):
    """its initramfs has the root hash, and powers off where something is wrong"""
    report = subprocess.run([stage.TOP / "build/postern", "check", "--json", "--initramfs",
                             image / "initrd"], stdout=subprocess.PIPE, check=False, text=True)
    bad = {x["check"]: x["text"] for x in json.loads(report.stdout) if x["result"] != "ok"}
    check(set(bad) == {"ca"}, bad)      # the owner brings it
    conf = (image / "postern.conf").read_text()
    check("on-failure = poweroff" in conf, conf)
    check(not re.search(r"^(roothash|salt) = 0+$", conf, re.M), conf)


# --- the same, booted

def tells(*commands):
    """A unit of the real root that tells by these programs, without a shell."""
    return {
        "systemd/system/multi-user.target.d/tell.conf": "[Unit]\nWants=tell.service\n",
        "systemd/system/tell.service":
            "[Unit]\nAfter=multi-user.target network-online.target\n"
            "Wants=network-online.target\nSuccessAction=poweroff\nFailureAction=poweroff\n"
            "[Service]\nType=oneshot\nStandardError=journal+console\n"
            "StandardOutput=file:/dev/virtio-ports/facts\n"
            + "".join(f"ExecStart=-/usr/bin/echo --- {name}\nExecStart=-{command}\n"
                      for name, command in commands)}


TOLD = (
    ("mounts", "/usr/bin/findmnt --noheadings --raw --output TARGET,SOURCE,FSTYPE,OPTIONS"),
    ("table", "/usr/sbin/dmsetup table"),
    ("report", "/usr/bin/cat /run/postern/report.json"),
    ("status", "/usr/bin/postern status"),
    ("failed", "/usr/bin/systemctl --failed --no-legend --plain"),
    ("fetch", f"/usr/bin/postern fetch --config /run/tell/postern.conf kbs:///{STATE}"),
    ("marks", "/usr/bin/ls /var/lib/been-here"),
    ("mkdir", "/usr/bin/mkdir -p /var/lib/been-here/once"),
    ("write", "/usr/bin/touch /usr/written"),
    ("written", "/usr/bin/ls /usr"),
)


def told(world):
    """{name: what the program of that name said}."""
    text = (world.out / "facts.tar").read_text()
    return dict(part.split("\n", 1) for part in text.split("--- ")[1:])


def production(world, disk):
    """The owner's part: the configuration, a CA, and a volume to be made."""
    world.overlay[CONF] = (0o644, (world.image / "postern.conf").read_text())
    configure(world, {"https://kbs.example.org:8080": f"https://10.0.2.2:{world.kbs.port}",
                      "on-failure = poweroff": "on-failure = poweroff\ntimeout = 4min"})
    _, text = world.overlay[CONF]
    ca = world.overlay["etc/postern/kbs-ca.pem"] = (world.image / "pki/ca.pem").read_text()
    # The disk has neither of them as they are here.
    bring(world, {**tells(*TOLD), "tell/ca.pem": ca,
                  "tell/postern.conf": text.replace("/etc/postern/kbs-ca.pem",
                                                    "/run/tell/ca.pem")})
    descriptor = {"postern": 1, "key": base64.b64encode(b"k" * 32).decode(),
                  "uuid": "6b1f0c5e-54a1-4e6e-9c6e-1f0a3e2d4c5b", "provision": True,
                  "profile": {"cipher": "aegis128-random", "key-bits": 128,
                              "sector-size": 4096, "integrity": "aead"}}
    world.kbs.resources = {STATE: json.dumps(descriptor).encode()}
    world.kbs.policy = {"resource": {STATE: stage.ONLY_FROM_THE_INITRD}}
    world.disk, world.written = None, (disk,)


def report_ok(facts, world):
    """postern status says ok, and all steps were"""
    report = json.loads(facts["report"])
    check(report["result"] == "ok", report["result"])
    check(all(step["result"] == "ok" for step in report["steps"]), report["steps"])
    check("result        ok" in facts["status"], facts["status"])


def root_is_verity(facts, world):
    """the root is dm-verity with the hash of the configuration, and nobody can write it"""
    conf = (world.image / "postern.conf").read_text()
    roothash = re.search(r"^roothash = (\w+)$", conf, re.M)[1]
    table = next(x for x in facts["table"].splitlines() if x.startswith("root:"))
    check(table.split()[3] == "verity" and roothash in table.split(), table)
    mounts = dict(line.split(" ", 1) for line in facts["mounts"].splitlines())
    check(mounts["/"].startswith("/dev/mapper/root ext4 ro"), mounts["/"])
    check("written" not in facts["written"] and "bin\n" in facts["written"], facts["written"])


def state_is_crypt(facts, world):
    """/var is the encrypted volume with tags"""
    check("\n/var /dev/mapper/state ext4 rw" in facts["mounts"], facts["mounts"])
    check(targets(facts) == {"root": "verity", "state": "crypt", "state_dif": "integrity"},
          facts["table"])


def state_key_is_denied(facts, world):
    """the running system does not get the key of its state"""
    check(facts["fetch"] == "", "something was given")
    check("pcr15" in world.kbs.log()[-1]["reason"], world.kbs.log()[-1])


def prod(tap, image, out):
    for function in (has_no_way_in, has_its_hash):
        tap.test(function.__doc__, function, image)
    if not (image / "pki").exists():
        subprocess.run([stage.TOP / "tests/kbs/pki", image / "pki", "--ip", "10.0.2.2"],
                       check=True, stdout=subprocess.DEVNULL)
    out.mkdir(parents=True, exist_ok=True)
    disk = out / "disk.img"
    subprocess.run(["cp", "--sparse=always", image / "disk.img", disk], check=True)
    for name, marks in (("first boot", ""), ("second boot", "once\n")):
        world = stage.boot(image, out / name.replace(" ", "-"),
                           change=lambda world: production(world, disk))
        facts = told(world)
        for function in (powers_off, report_ok, root_is_verity, state_is_crypt,
                         state_key_is_denied, nothing_failed):
            tap.test(f"{name}: {function.__doc__}", function, facts, world)
        tap.test(f"{name}: the state is {'kept' if marks else 'new'}",
                 lambda facts=facts, marks=marks: check(facts["marks"] == marks,
                                                        facts["marks"]))
    disk.unlink()


# --- btrfs, and from there a second disk with LVM on a volume with tags

LVM_KEY = b"l" * 32
LVM_PARAMETERS = "root=/dev/mapper/system-root rd.lvm.lv=system/root"
MAKE = r"""set -ex
exec > /dev/ttyS0 2>&1
lvm() { command lvm "$@" --config "devices/global_filter=[\"a|^$pv$|\",\"r|.*|\"]"; }
postern provision --integrity aead --sector-size 4096 --key-file /run/make/key /dev/vdb > /dev/null
cryptsetup open --key-file /run/make/key /dev/vdb copy
pv=/dev/mapper/copy
lvm pvcreate $pv
lvm vgcreate system $pv
lvm lvcreate -y -l 100%FREE -n root system
mkfs.ext4 -q /dev/mapper/system-root
mount /dev/mapper/system-root /mnt
cp -ax / /mnt
echo '/dev/mapper/system-root / ext4 rw,relatime 0 1' > /mnt/etc/fstab
echo 'root /dev/vda none luks' > /mnt/etc/crypttab
umount /mnt
lvm vgchange -an system
cryptsetup close copy
# What the host might have: a group and a volume of the same names.
pv=/dev/vdc
lvm pvcreate $pv
lvm vgcreate system $pv
lvm lvcreate -y -l 100%FREE -n root system
lvm vgchange -an system
"""


def makes_lvm(world, disks):
    world.written = disks
    bring(world, {
        "make/key": LVM_KEY, "make/make": MAKE,
        "systemd/system/postern-demo.service.d/make.conf":
            "[Service]\nTimeoutStartSec=900\nExecStartPre=/bin/bash /run/make/make\n"})


def opens_lvm(world, disks):
    """The machine has that disk and the host's, and nothing else."""
    world.append = LVM_PARAMETERS
    world.disk, world.written = None, disks
    key = world.out / "lvm.key"
    key.write_bytes(LVM_KEY)
    world.kbs.resources[stage.KEY] = subprocess.run(
        [stage.TOP / "tests/kbs/descriptor", disks[0], "--key-file", key],
        check=True, stdout=subprocess.PIPE).stdout
    configure(world, {"device = PARTLABEL=root": "device = /dev/vda",
                      "integrity = none": "integrity = aead"})


def root_is_btrfs(facts, world):
    """the root is btrfs on dm-crypt, and the entry in crypttab does not matter"""
    check(facts["findmnt"].strip() == "/dev/mapper/root", facts["findmnt"])
    check("/dev/mapper/root btrfs rw" in world.console().replace("  ", " "), "not btrfs")
    check(targets(facts) == {"root": "crypt"}, facts["table"])
    check("systemd-cryptsetup" in facts["journal"], "crypttab was not read")


def root_is_lvm(facts, world):
    """the root is ext4 on LVM on a volume with tags, not the host's of the same name"""
    check(facts["findmnt"].strip() == "/dev/mapper/system-root", facts["findmnt"])
    check(targets(facts) == {"root": "crypt", "root_dif": "integrity",
                            "system-root": "linear"}, facts["table"])
    volumes = json.loads(facts["report"])["volumes"]
    check([(v["header"], v["integrity"]) for v in volumes] == [("authenticated", "aead")],
          volumes)


def btrfs_lvm(tap, image, out):
    out.mkdir(parents=True, exist_ok=True)
    disks = out / "lvm.img", out / "hosts.img"
    for disk, size in zip(disks, (320, 16)):
        disk.unlink(missing_ok=True)
        disk.touch()
        os.truncate(disk, size << 20)
    for name, change, function in (("btrfs", makes_lvm, root_is_btrfs),
                                   ("lvm", opens_lvm, root_is_lvm)):
        def changes(world, change=change):
            change(world, disks)
        world = stage.boot(image, out / name, change=changes, limit=1200)
        facts = world.facts()
        for test in (powers_off, status_ok, function, denied_later, nothing_failed):
            tap.test(f"{name}: {test.__doc__}", test, facts, world)
    for disk in disks:
        disk.unlink()
