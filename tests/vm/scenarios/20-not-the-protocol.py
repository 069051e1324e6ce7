# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers that no KBS gives: each ends the attempt at once, as KBS_PROTOCOL."""

FAULTS = [
    "not-json@auth", "not-json@attest", "html-200@auth", "html-200@attest",
    "redirect@auth", "redirect@attest", "gzip@auth", "gzip=bomb@auth",
    "huge@auth", "huge=chunked@attest", "huge=header@auth", "dup-keys@auth",
    "nonce-missing", "token-missing", "status-204@auth", "status=404@auth",
    "chunk-bomb@auth",
]


def setup(vm):
    vm.persistent_ak = True
    vm.config["agent"]["timeout"] = "8s"
    vm.steps.clear()
    vm.with_faults("postern attest", FAULTS)
    vm.step("right", "host fault:none\nexec postern attest")
    vm.on("fault:none", vm.kbs.set_faults)


def check(r):
    r.ended()
    for fault in FAULTS:
        r.failed(fault, "KBS_PROTOCOL")
    r.succeeded("right")
