# SPDX-License-Identifier: GPL-2.0-or-later
"""Hygon CSV3: register 4 has what was done, and evidence of afterwards still
verifies, but does not get the key again."""

from harness.vm import KEY_PATH, READ_MARKER

TEE = "csv"


def setup(vm):
    vm.tee.fixture = "csv-v2"
    vm.tee.options["csv3"] = 1
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "csv", "rtmr4": "zeros"}}
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")
    vm.step("again", f"exec postern fetch kbs:///{KEY_PATH}")


def check(r):
    r.opens()
    r.read_marker()
    r.events("config", "kbs", "volume root", "leave")
    r.succeeded("attest")
    r.equal(len(r.released(KEY_PATH)), 1, "times the key was released")
    r.failed("again", "KBS_DENIED")
    r.kbs_refused("PolicyDeny", "rtmr4")
    first, *later = [x["claims"]["cpu0"] for x in r.kbs_log if "claims" in x]
    r.equal(first.get("uefi_event_logs"), None, "log of a firmware that keeps none")
    r.equal(len(later), 2, "later attestations")
    for claims in later:
        events = claims["uefi_event_logs"]
        r.equal([e["details"]["data"]["operation"] for e in events],
                ["config", "kbs", "volume", "leave"], "our events in the log")
        r.expect(all(e["digest_matches_event"] for e in events),
                 "one of our events is not what was measured")
