# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk never answers when the header is read: the limit holds all the same.
(The guest's power-off resets the disk, which QEMU lets wait for the answer.)"""

from harness.disk import MIB
from harness.nbd import Server


def setup(vm):
    def serve(socket):
        vm.server = Server(socket, "Hanging", vm.disk.path, first=MIB, last=2 * MIB)
        return vm.server

    def release():
        vm.said = "postern: prepare: TIMEOUT: " in vm.machine.console()
        vm.server.stop()

    vm.config["agent"]["timeout"] = "3s"
    vm.final_action("poweroff")
    vm.serve_disk = serve
    vm.when(lambda: vm.machine.wait_console("TIMEOUT"), release)


def check(r):
    r.expect(r.vm.said, "the limit was not kept while the disk was silent")
    r.equal(r.reason, "guest-shutdown", "end of the machine")
    r.disks_unchanged()
