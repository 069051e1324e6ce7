# SPDX-License-Identifier: GPL-2.0-or-later
"""The first boot wipes a volume for longer than its time limit: that counts anew while
it goes on, and what comes then may still be tried again."""

from harness import luks, tunnel
from harness.nbd import Server
from harness.power_cut import blank
from harness.vm import KEY_PATH

LIMIT = 15                          # seconds; 30 more, and the boot would be ended
MIB_TO_WIPE = 8


def setup(vm):
    tunnel.use_registrar(vm)
    vm.disks = [blank("root")]
    vm.serve_disk = lambda socket: Server(socket, "Slow", vm.disk.path,
                                           seconds=(LIMIT + 31) / MIB_TO_WIPE)
    vm.kbs.resources[KEY_PATH] = luks.to_make(vm.volume)
    vm.config["agent"]["timeout"] = f"{LIMIT}s"
    vm.config["volume root"].update({"provision": "if-permitted", "wipe": "full"})
    vm.limit = 200
    vm.when(lambda: vm.kbs.wait_for(lambda r: KEY_PATH in r.get("path", "")),
            lambda: vm.kbs.set_faults("refuse-first=1,1@resource"))


def check(r):
    r.opens()
    r.equal([a["status"] for a in tunnel.asked(r)], [503, 200], "answers about the registration")
