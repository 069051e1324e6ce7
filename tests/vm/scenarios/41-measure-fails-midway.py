# SPDX-License-Identifier: GPL-2.0-or-later
"""Each of the extends in turn fails: each time the volume is closed again."""

# config, kbs and volume are measured before the volume may stay open; leave is
# the event after it
COUNT = 4


def setup(vm):
    vm.use_sample()
    vm.steps.clear()
    for n in range(COUNT):
        path = vm.variant(f"broken{n}", {"measure": {"register": f"broken:{n}",
                                                     "required": "yes"}})
        vm.step(f"broken{n}", f"postern unlock --config {path}\nrc=$?\n"
                              "ls /sys/block | grep dm- >&2\nexit $rc")


def check(r):
    r.ended()
    for n in range(COUNT):
        r.failed(f"broken{n}", "MEASURE")
        r.expect("dm-" not in r.steps[f"broken{n}"].err, f"broken{n}: a mapping was left")
    r.no_mapping()
