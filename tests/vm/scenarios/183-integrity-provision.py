# SPDX-License-Identifier: GPL-2.0-or-later
"""In a running guest: volumes with tags are made, filled and stored, and nothing of the
mapping stays; they open, get another key while they are open, and open by that.  What fails
or is ended by a signal leaves a blank device, and Debian's cryptsetup reads what was made."""

import json
import re
import subprocess

from harness import luks
from harness.disk import MIB, Partition
from harness.vm import UNLOCK

SIZE = 24 * MIB
SPEED = re.compile(r"'([a-z0-9-]+)' encrypts ([0-9]+) MB/s")
TOKEN, WRONG = "/etc/postern/admin.token", "/etc/postern/wrong.token"
VOLUMES = {
    # name: number of the partition, options, suite
    "hmac": (1, "--integrity hmac-sha256 --sector-size 4096", "hmac"),
    "gcm": (2, "--integrity aead --wipe quick", "gcm"),
    "fastest": (3, "--integrity aead --wipe full --sector-size 4096", None),
    "none": (4, "--wipe full", "none"),
}
# Somebody loses patience: a signal in the middle of the wipe.
END_IT = """
({}) 2> /tmp/said &
while grep -q '^State:.[RSD]' /proc/$!/status && ! grep -q ': wiped' /tmp/said; do :; done
kill -TERM $!
wait $!
rc=$?
cat /tmp/said >&2
exit $rc
"""
FIRST = "dd if=/dev/mapper/{} bs=4096 count=1"


def setup(vm):
    vm.disk.parts, vm.config["volume root"] = [], None
    vm.kbs.resources.clear()
    vm.files[TOKEN] = vm.kbs.make_admin()
    vm.files[WRONG] = b"a.b.c\n"
    vm.persistent_ak = True
    vm.modules += ["dm-integrity", "authenc", "gcm", "ghash-generic", "aegis128"]
    vm.steps = []
    for name, (_, _, suite) in VOLUMES.items():
        part = Partition(name)
        part.blank(SIZE)
        vm.disk.parts.append(part)
        vm.config[f"volume {name}"] = {
            "device": f"PARTLABEL={name}", "key": f"kbs:///default/disk/{name}",
            "integrity": luks.SUITES[suite or "gcm"].integrity}
    vm.step("denied", provision("hmac", WRONG))
    vm.step("ended", END_IT.format(provision("hmac", TOKEN)))
    vm.step("left", "ls /dev/mapper")
    for name in VOLUMES:
        if name == "fastest":
            # now it can be measured
            vm.step("af-alg", "insmod /lib/m/af_alg.ko && exec insmod /lib/m/algif_aead.ko")
        vm.step(f"make-{name}", provision(name, TOKEN))
    vm.step("again", provision("gcm", TOKEN))
    vm.step("mappings", "ls /dev/mapper")
    other = vm.variant("other", {f"volume {n}": None for n in VOLUMES if n != "hmac"} |
                       {"volume hmac": {"integrity": "none"}})
    vm.step("contradiction", f"{UNLOCK} --config {other}")
    vm.step("unlock", UNLOCK)
    for name in VOLUMES:
        vm.step(f"first-{name}", FIRST.format(name))
        vm.step(f"write-{name}", f"echo {name} | dd of=/tmp/page bs=4096 conv=sync\n"
                                 f"exec dd if=/tmp/page of=/dev/mapper/{name} conv=fsync bs=4096")
    vm.step("in-use", provision("hmac", TOKEN) + " --overwrite")
    for name in VOLUMES:
        vm.step(f"rotate-{name}", rotate(name))


def provision(name, token):
    number, options, _ = VOLUMES[name]
    return (f"exec postern provision /dev/vda{number} {options} --kbs-admin-token {token} "
            f"--resource kbs:///default/disk/{name}")


def rotate(name):
    uri = f"kbs:///default/disk/{name}"
    return (f"exec postern rotate /dev/vda{VOLUMES[name][0]} --key {uri} --resource {uri} "
            f"--kbs-admin-token {TOKEN}")


def check(r):
    r.ended()
    for name, code in (("denied", "KBS_DENIED"), ("ended", "PROVISION"), ("again", "PROVISION"),
                       ("contradiction", "HEADER_PROFILE"), ("in-use", "PROVISION")):
        r.failed(name, code)
    for name in ("denied", "ended"):
        r.expect("is blank again" in r.steps[name].err, f"{name}: the device is not blank")
    r.expect(r.steps["ended"].err.count(": wiped ") < 20, "the wipe went on to its end")
    for name in ("left", "mappings"):
        r.equal(r.steps[name].out.split(), [b"control"], f"{name}: /dev/mapper")
    r.succeeded()
    for name, (_, options, suite) in VOLUMES.items():
        r.succeeded(f"make-{name}")
        r.succeeded(f"rotate-{name}")
        r.equal(r.steps[f"make-{name}"].err.count(": wiped "), 0 if "quick" in options else 20,
                f"{name}: lines of progress")
        r.equal(r.steps[f"first-{name}"].out, bytes(4096), f"{name}: its first page")
        profile = json.loads(r.vm.kbs.stored(f"default/disk/{name}"))["profile"]
        suite = luks.SUITES[suite] if suite else fastest(r, name)
        r.equal((profile["cipher"], profile["key-bits"], profile["integrity"]),
                (suite.cipher, suite.bits, suite.integrity), f"{name}: profile")
        check_dump(r, name, suite)
        r.vm.kbs.resources[f"default/disk/{name}"] = r.vm.kbs.stored(f"default/disk/{name}")

    def read(vm):
        vm.steps = [("unlock", UNLOCK)]
        for name, (_, options, _) in VOLUMES.items():
            vm.step(f"first-{name}", FIRST.format(name))
            if "quick" not in options:
                vm.step(f"all-{name}", f"exec cat /dev/mapper/{name} > /dev/null")
    other = r.after("rotated", read)
    other.ended()
    other.succeeded()
    for name, (_, options, _) in VOLUMES.items():
        other.equal(other.steps[f"first-{name}"].out, f"{name}\n".encode().ljust(4096, b"\0"),
                    f"{name}: what was written")
        if "quick" not in options:
            other.equal(other.steps[f"all-{name}"].rc, 0, f"{name}: all of it")
    report = other.report()["volumes"]
    other.equal({v["header"] for v in report}, {"authenticated"}, "headers")


def fastest(r, name):
    """By what was measured in the machine."""
    speeds = {cipher: int(speed) for cipher, speed in SPEED.findall(r.steps[f"make-{name}"].err)}
    suites = {s.cipher: s for s in (luks.SUITES["gcm"], luks.SUITES["aegis"])}
    r.equal(set(speeds), set(suites), "ciphers that were measured")
    return suites[max(speeds, key=speeds.get, default="aes-gcm-random")]


def check_dump(r, name, suite):
    """What Debian's cryptsetup says of the header."""
    image = r.out / f"{name}.header"
    with open(r.vm.disk.path, "rb") as f:
        f.seek(MIB + (VOLUMES[name][0] - 1) * SIZE)
        image.write_bytes(f.read(SIZE))
    done = subprocess.run(["cryptsetup", "luksDump", "--dump-json-metadata", image],
                          check=False, stdout=subprocess.PIPE)
    image.unlink()
    if not r.equal(done.returncode, 0, f"{name}: cryptsetup luksDump"):
        return
    segment = json.loads(done.stdout)["segments"]["0"]
    kind = {"hmac-sha256": "hmac(sha256)", "aead": "aead"}.get(suite.integrity)
    r.equal((segment["encryption"], segment.get("integrity", {}).get("type")),
            (suite.cipher, kind), f"{name}: what cryptsetup reads")
