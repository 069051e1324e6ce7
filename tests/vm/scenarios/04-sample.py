# SPDX-License-Identifier: GPL-2.0-or-later
"""The test flavour opens with sample evidence over plain HTTP, without a TPM."""

from harness import kbs
from harness.vm import READ_MARKER


def setup(vm):
    vm.use_sample()
    vm.kbs.cert = None
    vm.config["kbs"] = {"url": f"http://{kbs.ADDRESS}:{kbs.PORT}"}
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
    r.equal(r.report()["level"]["trustworthy"], 0, "trustworthy level")
