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


def sizes(initrd):
    """Bytes that it has, and those of the files in it."""
    return initrd.stat().st_size, sum(map(len, archive.read(initrd).values()))


def is_small(image):
    """postern adds at most 700 KiB to the initramfs"""
    packed, plain = zip(sizes(image / "initrd-without"), sizes(image / "initrd"))
    print(f"# {image.name}: postern adds {packed[1] - packed[0]} bytes to {packed[0]}, "
          f"unpacked {plain[1] - plain[0]} to {plain[0]}", flush=True)
    check(0 < packed[1] - packed[0] <= GROWTH_MAX, packed)


def test(tap, image, out):
    for function in (has_modules, is_small):
        tap.test(function.__doc__, function, image)
