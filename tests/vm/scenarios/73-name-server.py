# SPDX-License-Identifier: GPL-2.0-or-later
"""The KBS by a name that only the configured name server knows."""

from harness import kbs
from harness.dns import NameServer


def setup(vm):
    vm.files["etc/hosts"] = "127.0.0.1 localhost\n"
    # what the host's DHCP would have said is not asked
    vm.files["etc/resolv.conf"] = "nameserver 10.0.2.77\n"
    vm.config["network"]["dns"] = f"10.0.2.78, {kbs.ADDRESS}"
    vm.config["kbs"]["url"] = f"https://{kbs.NAME}:{kbs.PORT}"
    vm.names = NameServer(kbs.NAME, kbs.ADDRESS)
    vm.names.start()


def check(r):
    r.opens()
    r.equal(set(r.vm.names.asked), {kbs.NAME}, "names asked for")
