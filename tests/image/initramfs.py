# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in the initramfs of an image, before it is booted."""

from pathlib import Path

import archive
from tap import check

# Found by name alone: nothing depends on them, or the machine at hand has none.
MODULES = ("dm-crypt", "xts", "aesni-intel", "virtio_net", "virtio_blk", "configfs", "tsm",
           "tdx-guest", "sev-guest", "gcm", "ghash-generic", "crypto_null")
GROWTH_MAX = 700 * 1024


def has_modules(image, name="initrd"):
    """the initramfs has the modules that nothing leads to"""
    have = {Path(path).name.split(".")[0] for path in archive.read(image / name)
            if ".ko" in path}
    check(set(MODULES) <= have, f"it lacks {set(MODULES) - have}")


def is_small(image):
    """postern adds at most 700 KiB to the initramfs"""
    names = image / "initrd-without", image / "initrd"
    packed = [name.stat().st_size for name in names]
    plain = [sum(map(len, archive.read(name).values())) for name in names]
    print(f"# {image.name}: postern adds {packed[1] - packed[0]} bytes to {packed[0]}, "
          f"unpacked {plain[1] - plain[0]} to {plain[0]}", flush=True)
    check(0 < packed[1] - packed[0] <= GROWTH_MAX, packed)


def test(tap, image, out):
    for function in (has_modules, is_small):
        tap.test(function.__doc__, function, image)
