# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware without a log, registers that are zero: our own events are the log of the
evidence that is taken afterwards."""

TEE = "tdx"
KERNEL = "trixie-backports"


def setup(vm):
    vm.tee.events = ()
    vm.tee.log = b""
    vm.step("attest", "exec postern attest")


def check(r):
    r.opens()
    r.rtmr_replays()
    r.succeeded("attest")
    logs = [x["claims"]["cpu0"].get("uefi_event_logs") for x in r.kbs_log if "claims" in x]
    r.equal(logs[0], None, "log of the first evidence")
    r.equal([e["index"] for e in logs[1] or []], [4] * 4, "registers in the second log")
