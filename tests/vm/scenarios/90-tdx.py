# SPDX-License-Identifier: GPL-2.0-or-later
"""TDX: the root opens, RTMR3 has what was done, and evidence of afterwards still
verifies, but does not get the key again."""

from harness.vm import KEY_PATH, READ_MARKER

TEE = "tdx"
KERNEL = "trixie-backports"


def setup(vm):
    vm.kbs.policy["resource"] = {KEY_PATH: {"tee": "tdx", "rtmr_3": "zeros"}}
    vm.step("mount", READ_MARKER)
    vm.step("attest", "exec postern attest")
    vm.step("again", f"exec postern fetch kbs:///{KEY_PATH}")


def check(r):
    r.opens()
    r.read_marker()
    r.rtmr_replays()
    r.events("config", "kbs", "volume root", "leave")
    r.succeeded("attest")
    r.equal(len(r.released(KEY_PATH)), 1, "times the key was released")
    r.failed("again", "KBS_DENIED")
    r.kbs_refused("PolicyDeny", "rtmr_3")
    first, *later = [x["claims"]["cpu0"]["uefi_event_logs"] for x in r.kbs_log if "claims" in x]
    firmware = len(r.vm.tee.events)
    r.equal(len(first), firmware, "events in the log of the boot's evidence")
    for events in later:
        r.equal([e["details"]["data"]["operation"] for e in events[firmware:]],
                ["config", "kbs", "volume", "leave"], "our events in the log")
        r.expect(all(e["digest_matches_event"] for e in events[firmware:]),
                 "one of our events is not what was measured")
    r.equal(len(later), 2, "later attestations")
