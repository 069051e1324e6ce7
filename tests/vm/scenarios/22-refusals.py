# SPDX-License-Identifier: GPL-2.0-or-later
"""What the KBS refuses, and what it has not got, told apart."""

from harness.result import EXIT_TEMPORARY
from harness.vm import KEY_PATH

FINAL = {
    # fault: (command, reason)
    "version-mismatch": ("attest", "KBS_VERSION"),
    "wrong-nonce": ("attest", "KBS_REFUSED"),
    "deny-all": (f"fetch kbs:///{KEY_PATH}", "KBS_DENIED"),
    "deny-all=403": (f"fetch kbs:///{KEY_PATH}", "KBS_DENIED"),
    "token-none": (f"fetch kbs:///{KEY_PATH}", ("KBS_PROTOCOL", "KBS_REFUSED", "KBS_DENIED")),
    "dup-keys@resource": (f"fetch kbs:///{KEY_PATH}", ("KBS_PROTOCOL", "JWE")),
    "html-200@resource": (f"fetch kbs:///{KEY_PATH}", ("KBS_PROTOCOL", "JWE")),
}
TEMPORARY = ["status=500@auth", "drop-first=999@auth", "truncate@auth",
             "refuse-first=999,1@attest", "chunk-bomb=size@auth", "slow=3@auth"]


def setup(vm):
    vm.persistent_ak = True
    vm.kbs.resources["default/test/empty"] = b""
    vm.steps.clear()
    for fault, (command, _) in FINAL.items():
        vm.with_faults(f"postern {command}", [fault])
    short = vm.variant("short", {"agent": {"timeout": "3s"}})
    vm.with_faults(f"postern attest --config {short}", TEMPORARY)
    for name in ("missing", "empty"):
        vm.step(name, f"host fault:none\nexec postern fetch kbs:///default/test/{name}")
    vm.on("fault:none", vm.kbs.set_faults)


def check(r):
    r.ended()
    for fault, (_, code) in FINAL.items():
        r.failed(fault, code)
    for fault in TEMPORARY:
        r.failed(fault, ("KBS_UNREACHABLE", "TIMEOUT"), rc=EXIT_TEMPORARY)
    r.failed("missing", ("RESOURCE", "KBS_DENIED"))
    r.failed("empty", "RESOURCE")
