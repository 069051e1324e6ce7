# SPDX-License-Identifier: GPL-2.0-or-later
"""The host shows an event log that does not replay to the quote: it is not sent,
the boot goes on, and the line in the log says which register it is."""

TEE = "tdx"


def setup(vm):
    events = vm.tee.events
    vm.tee.log = vm.tee.encode(events[:3] + events[4:])


def check(r):
    r.opens()
    r.expect("RTMR1 differs" in r.steps["unlock"].err, "the register is not named")
    claims = [x["claims"]["cpu0"] for x in r.kbs_log if "claims" in x]
    r.equal([c.get("warning") for c in claims], ["no event log"], "what the KBS saw")
