# SPDX-License-Identifier: GPL-2.0-or-later
"""A CCA token that does not hang together is not sent; one with a wrong signature
is refused by the KBS."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "cca"
FINAL_OR_LATER = (EXIT_FINAL, EXIT_TEMPORARY)

# Found in the token by what stands before them.
PLATFORM_CHALLENGE = b"\x0a\x58\x20"        # 10: bytes of 32
REALM_CHALLENGE = b"\x0a\x58\x40"           # 10: bytes of 64
REALM_KEY = bytes.fromhex("19accd")         # 44237
REALM_PROFILE = b"tag:arm.com,2023:realm"
ATTEST = "exec postern attest"


def faults(token):
    def after(mark, more):
        return token.index(mark) + len(mark) + more
    return {
        "empty": (["trunc 0"], False),
        "cut": (["trunc 500"], False),
        "longer": (["pad 1"], False),
        "stale": (["stale"], False),
        "challenge": ([f"flip {after(REALM_CHALLENGE, 3)}"], False),
        "platform-challenge": ([f"flip {after(PLATFORM_CHALLENGE, 3)}"], False),
        "realm-key": ([f"flip {after(REALM_KEY, 30)}"], False),
        "profile": ([f"flip {token.index(REALM_PROFILE) + 5}"], False),
        "signature": ([f"flip {len(token) - 5}"], True),
    }


def setup(vm):
    vm.steps.clear()
    vm.step("good", ATTEST)
    for name, (lines, _) in faults(vm.tee.template()).items():
        vm.step(name, f"{vm.tee.fault(*lines)}\n{ATTEST}")
    vm.step("retried", f"{vm.tee.fault('errno 5', 'times 1')}\nexec postern unlock")


def check(r):
    r.ended()
    r.succeeded("good")
    sent = 0
    for name, (_, is_sent) in faults(r.vm.tee.template()).items():
        rc = r.steps[name].rc
        r.failed(name, "KBS_REFUSED" if is_sent else "NO_TEE", rc)
        r.expect(rc in FINAL_OR_LATER, f"{name}: exit status {rc}")
        sent += is_sent
    refused = [x for x in r.kbs_log if x.get("error") == "AttestationError"]
    r.equal(len(refused), sent, "evidence that the KBS refused")
    r.equal(r.steps["retried"].rc, 0, "retried: exit status")
    r.opened()
