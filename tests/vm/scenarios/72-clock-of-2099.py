# SPDX-License-Identifier: GPL-2.0-or-later
"""The clock says 2099: a CA's certificate is over, a pinned key is not."""


def setup(vm):
    vm.persistent_ak = True
    vm.qemu = ["-rtc", "base=2099-01-02T00:00:00"]
    pinned = vm.variant("pinned", {"kbs": {"ca": None, "pin": vm.pin("server")}})
    vm.only(("by-ca", "exec postern attest"),
            ("by-pin", f"exec postern attest --config {pinned}"))


def check(r):
    r.ended()
    r.failed("by-ca", "KBS_IDENTITY")
    r.succeeded("by-pin")
