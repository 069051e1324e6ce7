# SPDX-License-Identifier: GPL-2.0-or-later
"""A TD quote from Azure's metadata service that is none, or is about something else,
is not sent; one whose signature is wrong is for the KBS to refuse."""

import base64
import json

from harness.result import EXIT_FINAL
from harness.vm import READ_MARKER

MRTD, REPORT_DATA, SIGNATURE = 48 + 136, 48 + 520, 48 + 584 + 4


def quote(edit):
    def answer(path, status, kind, body):
        raw = base64.urlsafe_b64decode(json.loads(body)["quote"] + "==")
        text = edit(bytearray(raw))
        if isinstance(text, (bytes, bytearray)):
            text = base64.urlsafe_b64encode(text).decode()
        return status, kind, json.dumps({"quote": text}).encode()
    return answer


def flip(at):
    def edit(raw):
        raw[at] ^= 1
        return raw
    return edit


FAULTS = {
    "version": (flip(0), "NO_TEE"),
    "report-data": (flip(REPORT_DATA), "NO_TEE"),
    "behind-data": (flip(REPORT_DATA + 63), "NO_TEE"),
    "cut": (lambda raw: raw[:-1], "NO_TEE"),
    "empty": (lambda raw: b"", "NO_TEE"),
    "not-b64": (lambda raw: "not base64url", "NO_TEE"),
    "mrtd": (flip(MRTD), "KBS_REFUSED"),
    "signature": (flip(SIGNATURE), "KBS_REFUSED"),
}


def setup(vm):
    azure = vm.use_azure("az-tdx-vtpm")
    vm.steps.clear()
    for name, (edit, _) in FAULTS.items():
        vm.on(name, lambda e=edit: setattr(azure, "answer", quote(e)))
        vm.step(name, f"host {name}\nexec postern attest")
    vm.on("padded", lambda: setattr(azure, "answer", quote(lambda raw: raw + bytes(99))))
    vm.step("unlock", "host padded\nexec postern unlock")
    vm.step("mount", READ_MARKER)


def check(r):
    for name, (_, code) in FAULTS.items():
        r.failed(name, code, EXIT_FINAL)
    r.opens()
    r.read_marker()
