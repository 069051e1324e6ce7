#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The init of the root that the initramfs is left for: the steps after that.

export PATH=/bin
# shellcheck source=/dev/null
. /lib/guest.sh

for s in /steps/*; do
	step "${s#/steps/*-}" "$s"
done
facts
echo VM-END
poweroff -f
