# SPDX-License-Identifier: GPL-2.0-or-later
"""SEV-SNP (Turin, report version 5) by /dev/sev-guest, without configfs-tsm."""

TEE = "snp"
KERNEL = "trixie-backports"


def setup(vm):
    vm.tee.fixture = "snp-v5"
    vm.tee.options["configfs"] = 0


def check(r):
    r.opens()
