# SPDX-License-Identifier: GPL-2.0-or-later
"""IBM Secure Execution: what a KBS knows of the image and of the machine.

The module answers by itself; the signer has nothing to do here but to start.
"""

from cryptography.hazmat.primitives.asymmetric import ec

from fixture_pki import private_pem

TAGS = bytes(range(208))        # of the image's header
HOST_KEY = b"H" * 32            # of all simulated machines


def make(put):
    put("se", "template", b"\0")
    put("se", "recipe", "")
    put("se", "key.pem", private_pem(ec.generate_private_key(ec.SECP256R1())))
    put("se", "roots/hdr.tags", TAGS)
    put("se", "roots/host.key", HOST_KEY)
