# SPDX-License-Identifier: GPL-2.0-or-later
"""The product knows neither sample evidence nor plain HTTP."""

from harness import kbs


def setup(vm):
    sample = vm.variant("sample", {"agent": {"tee": "sample"}})
    plain = vm.variant("plain", {"kbs": {"url": f"http://{kbs.ADDRESS}:{kbs.PORT}",
                                         "ca": None}})
    vm.only(("sample", f"exec postern attest --config {sample}"),
            ("plain", f"exec postern attest --config {plain}"))
    vm.kbs.start_at_boot = False


def check(r):
    r.ended()
    r.failed("sample", "CONFIG", rc=2)
    r.failed("plain", "CONFIG", rc=2)
