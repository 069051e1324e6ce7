# SPDX-License-Identifier: GPL-2.0-or-later
"""postern status lists the registers of a TD as they are, and says of which the log is
not true any more."""

import json

TEE = "tdx"
KERNEL = "trixie-backports"
RTMR3 = "/sys/devices/virtual/misc/tdx_guest/measurements/rtmr3:sha384"


def setup(vm):
    vm.step("people", "exec postern status")
    vm.step("json", "exec postern status --json")
    vm.step("stranger", f"head -c 48 /dev/zero > {RTMR3}")
    vm.step("differs", "exec postern status --json")
    vm.step("differs-people", "exec postern status")
    vm.step("broken", "echo x >> /run/attestation-agent/eventlog; exec postern status --json")


def states(r, step):
    r.succeeded(step)
    found = json.loads(r.steps[step].out)
    r.equal(found["result"], "ok", f"{step}: the report is there as well")
    return {x["register"]: (x["alg"], x["value"], x["log"]) for x in found["registers"]}


def check(r):
    r.opens()
    good, later = states(r, "json"), states(r, "differs")
    names = [f"rtmr:{n}" for n in range(4)]
    r.equal(list(good), names, "registers")
    r.equal({state for _, _, state in good.values()}, {"equal"}, "against the log")
    for n, value in enumerate(r.vm.tee.registers()[:3]):
        r.equal(good[f"rtmr:{n}"][:2], ("sha384", value.hex()), f"RTMR{n}")
    r.equal([later[name][2] for name in names], ["equal"] * 3 + ["differs"], "a stranger's extend")
    r.equal(later["rtmr:3"][1], r.rtmr(3), "RTMR3")
    r.equal({state for _, _, state in states(r, "broken").values()}, {None}, "a broken log")
    r.equal(r.steps["people"].out.count(b"as logged"), 4, "lines for people")
    r.equal(r.steps["people"].out.count(b"measured      rtmr:3  postern "), 4, "events")
    r.equal(r.steps["differs-people"].out.count(b"differs from the log"), 1, "lines that differ")
