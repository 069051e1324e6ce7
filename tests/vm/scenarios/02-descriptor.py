# SPDX-License-Identifier: GPL-2.0-or-later
"""With a volume descriptor the header is authenticated."""

from harness.vm import KEY_PATH, READ_MARKER


def setup(vm):
    vm.kbs.resources[KEY_PATH] = vm.descriptor()
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
    r.replays()
    r.equal(r.report()["volumes"][0]["header"], "authenticated", "header in the report")
