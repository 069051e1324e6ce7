# SPDX-License-Identifier: GPL-2.0-or-later
"""TDX goes wrong in every way that the simulator knows: the right code or another
try, never a hang, and nothing wrong is taken for evidence."""

from harness.result import EXIT_FINAL, EXIT_TEMPORARY

TEE = "tdx"

# In a quote of version 4 (tee-abi.md 4.2).
RTMR0, REPORTDATA, SIGNATURE, QE_REPORT = 376, 568, 636, 770
BUSY, LATER = "NO_TEE", EXIT_TEMPORARY

FAULTS = {
    "errno-EBUSY": (["errno 16"], BUSY, LATER),
    "errno-EIO": (["errno 5"], BUSY, LATER),
    "errno-ETIMEDOUT": (["errno 110"], BUSY, LATER),
    "errno-EINTR": (["errno 4"], BUSY, LATER),
    "errno-EINVAL": (["errno 22"], "NO_TEE", EXIT_FINAL),
    "errno-ENXIO": (["errno 6"], "NO_TEE", EXIT_FINAL),
    "empty": (["trunc 0"], BUSY, LATER),
    "cut-in-body": (["trunc 300"], "NO_TEE", EXIT_FINAL),
    "cut-in-signature": (["trunc 700"], "NO_TEE", EXIT_FINAL),
    "flip-version": (["flip 1"], "NO_TEE", EXIT_FINAL),
    "flip-nonce": ([f"flip {REPORTDATA + 5}"], BUSY, LATER),
    "flip-register": ([f"flip {RTMR0}"], "KBS_REFUSED", EXIT_FINAL),
    "flip-signature": ([f"flip {SIGNATURE + 9}"], "KBS_REFUSED", EXIT_FINAL),
    "flip-qe-report": ([f"flip {QE_REPORT + 20}"], "KBS_REFUSED", EXIT_FINAL),
    "stale": (["stale"], BUSY, LATER),
    # more than Linux 6.12 lets through
    "too-long": (["pad 60000"], "NO_TEE", EXIT_FINAL),
}
HARMLESS = {
    "delay": ["delay 1500"],
    "padding": ["pad 3000"],
    "noaux": ["noaux"],
}
ATTEST = "exec postern attest"
# Somebody else who writes into the agent's directory.  Who is first is chance, but
# not always the same chance.
STRANGER = """while :; do
	for d in /sys/kernel/config/tsm/report/postern-*/inblob; do
		[ ! -e "$d" ] || printf %s "$data" > "$d"
	done
done > /dev/null 2>&1 &
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	postern attest > /dev/null
	rc=$?
	[ $rc = 0 ] || break
done
kill $!
exit $rc"""


def setup(vm):
    tee = vm.tee
    tee.options["timeout_ms"] = 3000
    vm.steps.clear()
    vm.step("good", ATTEST)
    for name, (lines, _, _) in FAULTS.items():
        vm.step(name, f"{tee.fault(*lines)}\n{ATTEST}")
    for name, lines in HARMLESS.items():
        vm.step(name, f"{tee.fault(*lines)}\n{ATTEST}")
    vm.step("stranger", f"{tee.fault('delay 300')}\ndata=$(printf %064d 0)\n{STRANGER}")
    # of which the driver says EINVAL, though it is not our fault
    vm.step("stranger-short", f"data=x\n{STRANGER}")
    signer = "$(sed -n 's/^Pid:[^0-9]*//p' /tmp/signer)"
    vm.step("find", f"{tee.fault()}\ngrep -l '^Name:.tsm-simd' /proc/[0-9]*/status |"
            " head -n 1 | xargs cat > /tmp/signer")
    vm.step("late", f"{tee.fault('delay 5000', 'times 1')}\n{ATTEST}")
    vm.step("stopped", f"{tee.fault()}\nkill -STOP {signer}\n{ATTEST}")
    vm.step("retried", f"{tee.fault('errno 16', 'times 2')}\nkill -CONT {signer}\n"
            "exec postern unlock")
    vm.step("dead", f"kill -9 {signer}\nsleep 1\n{ATTEST}")


def check(r):
    r.ended()
    r.succeeded("good")
    for name, (_, code, rc) in FAULTS.items():
        r.failed(name, code, rc)
    for name in HARMLESS:
        r.succeeded(name)
    for name in ("stranger", "stranger-short", "late", "stopped", "dead"):
        r.failed(name, BUSY, LATER)
    r.equal(r.steps["retried"].rc, 0, "retried: exit status")
    r.equal(r.steps["retried"].err.count("trying again"), 2, "tries that failed")
    r.opened()
    r.rtmr_replays()
