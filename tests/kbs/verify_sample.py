# SPDX-License-Identifier: GPL-2.0-or-later
"""The `sample` TEE and `sampledevice`: report data in the clear, no hardware.

Init-data is not bound to sample evidence, only echoed in the claims.
"""

from errors import EvidenceError
from messages import b64, member


def verify(evidence, digest, init_digest):
    """Claims of sample evidence; `digest` are the 48 bytes that it must carry."""
    try:
        svn = member(evidence, "svn", "evidence")
        report_data = member(evidence, "report_data", "evidence")
        raw = b64(report_data, "report_data")
    except ValueError as err:
        raise EvidenceError(f"sample: {err}") from None
    if not isinstance(svn, str):
        raise EvidenceError("sample: svn: not a string")
    if raw != digest:
        raise EvidenceError(f"sample: report_data is {raw.hex()}, must be {digest.hex()}")
    return {"svn": svn,
            "launch_digest": "abcde",
            "platform_version": {"major": 1, "minor": 4},
            "debug": False,
            "report_data": report_data,
            "init_data": init_digest.hex() if init_digest else ""}


def appraise(claims, reference, vector):
    """Affirming only where both reference values name this sample."""
    if claims["svn"] in reference.get("svn", []) and \
            claims["launch_digest"] in reference.get("launch_digest", []):
        vector.update({"executables": 3, "hardware": 2, "configuration": 2})
