# SPDX-License-Identifier: GPL-2.0-or-later
"""How TEE evidence is bound to this handshake and to init-data (kbs-wire.md 2.3, 6)."""

REPORT_DATA_LEN = 64


def check_report_data(found, digest):
    wanted = digest.ljust(REPORT_DATA_LEN, b"\0")
    if found != wanted:
        raise ValueError(f"report data is {found.hex()}, must be {wanted.hex()}")


def check_init_data(what, found, digest):
    """The register `found` holds the digest, padded or cut to its length; no
    init-data, nothing to check."""
    if digest is None:
        return
    wanted = digest[:len(found)].ljust(len(found), b"\0")
    if found != wanted:
        raise ValueError(f"{what} is {found.hex()}, the init-data has {wanted.hex()}")
