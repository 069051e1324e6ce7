# SPDX-License-Identifier: GPL-2.0-or-later
"""Nobody listens at the first address: the second KBS is asked."""

from harness import kbs


def setup(vm):
    vm.config["kbs"]["url"] = (f"https://{kbs.ADDRESS}:1, "
                               f"https://{kbs.ADDRESS}:{kbs.PORT}")


def check(r):
    r.opens()
    r.expect(r.report()["kbs"]["url"].startswith(f"https://{kbs.ADDRESS}:{kbs.PORT}"),
             "URL in the report")
