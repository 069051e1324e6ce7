# SPDX-License-Identifier: GPL-2.0-or-later
"""How much an initramfs grows by postern, and how much by clevis with its tang pin:
in one system, with the settings of images/, and in the table of the README."""

import re
import shutil
from pathlib import Path

import archive
import stage
from initramfs import sizes
from tap import check

README = stage.TOP / "README.md"
DRACUT = "dracut.conf.d/50-image.conf"
# What any opener of a disk needs is there already, as in the images: for initramfs-tools
# it is dmsetup that would bring the module.
SETTINGS = {
    "dracut": {DRACUT: (stage.TOP / "images/mkosi.extra/etc" / DRACUT).read_text()},
    "initramfs-tools": {"initramfs-tools/modules": "dm_mod\n"},
}
# Without them clevis would not ask a tang server, nor understand it.
TANG = {"clevis-decrypt-tang", "curl", "jose"}
# Compressors and kernels change a little; what matters shows above that.
TOLERANCE = 0.03


def has_tang(initrd):
    names = {Path(path).name for path in archive.read(initrd)}
    check(TANG <= names, f"clevis lacks {TANG - names}")


def grown(system, name, without):
    """By how much since it was WITHOUT, compressed and unpacked."""
    packed, plain = (now - then for now, then in zip(sizes(system.initrd()), without))
    print(f"# {system.generator}: {name} adds {packed} bytes to {without[0]}, "
          f"unpacked {plain} to {without[1]}", flush=True)
    return [packed, plain]


def measure(system):
    """what postern adds to the initramfs is measured, and what clevis adds"""
    system.install(system.packages.deb)
    system.is_outside()
    without = sizes(system.initrd())
    system.configure()
    system.install(system.packages.deb)
    system.is_inside()
    system.growth = grown(system, "postern", without)
    shutil.rmtree(system.root / "etc/postern")
    shutil.copytree(system.clevis, system.root / "tmp/clevis")
    system.dpkg("-R", "-i", "/tmp/clevis")
    system.is_outside()
    has_tang(system.initrd())
    system.growth += grown(system, "clevis", without)


def readme_says(system):
    """the README's table says so"""
    [line] = re.findall(rf"^\| {system.generator}\b.*", README.read_text(), re.MULTILINE)
    said = [int(cell) for cell in line.split("|")[2:-1]]
    check(len(said) == len(system.growth) and
          all(abs(s - g) <= g * TOLERANCE for s, g in zip(said, system.growth)),
          f"{line}\nis to be: {' | '.join(map(str, system.growth))}")


STEPS = (measure, readme_says)
