# SPDX-License-Identifier: GPL-2.0-or-later
"""What a VM may call itself, and which public keys are keys.

Pure.  The text comes from the guest by way of the KBS.
"""

import base64
import binascii
import re

KEY_LEN = 32
NAME = re.compile("[a-z0-9][a-z0-9._-]{0,62}")

# Curve25519 (RFC 7748 4.1): its prime, and the u-coordinates of the points of
# order 1, 2, 4 and 8 (0, -1, 1, and two more).  With one of them as the public
# key the shared secret is zero whatever the other's private key is.
_PRIME = 2 ** 255 - 19
_LOW_ORDER = (
    0, 1, _PRIME - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823)


class Refused(Exception):
    """A request is not granted: a sentence for the KBS's log, and an HTTP status."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


def check_name(text):
    """The name; Refused unless it is 1 to 63 of a-z 0-9 . _ - and begins with one of a-z 0-9."""
    if not NAME.fullmatch(text):
        raise Refused(400, "the name is not 1 to 63 characters of a-z 0-9 . _ -")
    return text


def check_key(text):
    """The public key as wg(8) writes it, from that or from base64url without padding.

    Refused unless the text is canonical, and the key a point that VMs make.
    """
    if len(text) == 43 and not set("+/=") & set(text):
        text = text.replace("-", "+").replace("_", "/") + "="
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_LEN or base64.b64encode(raw).decode() != text:
        raise Refused(400, "the public key is not 32 bytes of base64")
    point = int.from_bytes(raw, "little")
    if point >= _PRIME or point in _LOW_ORDER:
        raise Refused(400, "the public key is not a point that keys can have")
    return text
