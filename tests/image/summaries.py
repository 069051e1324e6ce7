# SPDX-License-Identifier: GPL-2.0-or-later
"""What mkosi reads in images/: each profile, also for the distribution that is not
built here."""

import json
import subprocess

import stage
from tap import check

KERNELS = {"debian": "linux-image-cloud-amd64", "fedora": "kernel-core"}


def summary(distribution, profile):
    said = subprocess.run([stage.TOP / "images/build", "--summary", "--profile", profile,
                           "--distribution", distribution],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(said)["Images"][-1]


def is_complete(distribution, profile):
    s = summary(distribution, profile)
    check(s["Distribution"] == distribution and s["Release"], s["Release"])
    check({KERNELS[distribution], "dracut", "systemd"} <= set(s["Packages"]), s["Packages"])
    check(len(s["RepartDirectories"]) == 1, s["RepartDirectories"])
    line = s["KernelCommandLine"]
    check("root=/dev/mapper/root" in line and "systemd.import_credentials=no" in line, line)
    check(("ro" in line, "rw" in line) == (profile == "prod", profile != "prod"), line)
    check(bool(s["RootPassword"]) == (profile == "dev"), s["RootPassword"])


def test(tap, image, out):
    for distribution in KERNELS:
        for profile in ("dev", "prod"):
            tap.test(f"mkosi reads profile {profile} of {distribution}", is_complete,
                     distribution, profile)
