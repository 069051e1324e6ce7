#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The micro VM's init: set up what an initramfs would, do the scenario's steps
# in order, hand over what was seen, power off.

export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 run /run
mkdir -p /facts/step
ln -s /proc/self/fd /dev/fd

while read -r m args; do
	# shellcheck disable=SC2086  # parameters are words
	insmod "/lib/m/$m.ko" $args || echo "VM-NOTE insmod $m failed"
done < /etc/modules
[ -d /sys/kernel/config ] && mount -t configfs config /sys/kernel/config
mount -t securityfs security /sys/kernel/security

# shellcheck source=/dev/null
. /lib/guest.sh
# shellcheck source=/dev/null
. /lib/network.sh
# shellcheck source=/dev/null
[ ! -e /lib/tee.sh ] || . /lib/tee.sh

for s in /steps/*; do
	step "${s#/steps/*-}" "$s"
done
[ ! -d /real ] || real_root
facts
echo VM-END
poweroff -f
