# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts on tests/vectors/luks-headers, of a profile that pins nothing.  Of all that
is not named here it is HEADER_PROFILE."""

VERDICTS = {"none": "ok", "sector_4096": "ok", "dup-seg": "HEADER_FORMAT",
            # the image is cut off behind the header
            "int_none": "HEADER_FORMAT"}


def verdict(name):
    return VERDICTS.get(name, "HEADER_PROFILE")
