# SPDX-License-Identifier: GPL-2.0-or-later
"""The host shows a good header once and an evil one ever after: only the first
counts."""

from harness.disk import MIB
from harness.luks import DATA_OFFSET
from harness.nbd import Server
from harness.vm import READ_MARKER

# The guest's page cache would hide the second reading.  It is dropped while the
# agent is stopped, hence outside of a system call: in the middle of one pread()
# the kernel itself would read the same sectors again.
DROP = """
net_up
while sleep 0.01; do
	p=$(pidof postern) && kill -STOP $p || continue
	while grep -q '^State:.[RSD]' /proc/$p/status; do :; done
	echo 3 > /proc/sys/vm/drop_caches
	kill -CONT $p
done 2> /dev/null &
"""


def setup(vm):
    def serve(socket):
        copy = vm.disk.evil_copy("seg-null")
        return Server(socket, "TwoFaced", vm.disk.path, evil=copy,
                      first=MIB, last=MIB + DATA_OFFSET)

    vm.serve_disk = serve
    vm.network = DROP
    vm.step("mount", READ_MARKER)


def check(r):
    r.opens()
    r.read_marker()
