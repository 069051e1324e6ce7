# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC3043
# What /init and the steps of a scenario use.

net_up() {
	ip link set lo up
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
}

# One step: a shell script.  Its output goes to a file, as it may be a key; its
# errors to a file and the console.  A step that may power off the machine
# writes to the console alone, because a pipe would keep back its last words.
step() {
	local f=/facts/step/$1 rc
	echo "VM-STEP $1"
	if [ -e "/etc/direct/$1" ]; then
		sh "$2" > "$f.out"
		echo $? > "$f.rc"
	else
		{
			sh "$2" > "$f.out"
			echo $? > "$f.rc"
		} 2>&1 | tee "$f.err"
	fi
	read -r rc < "$f.rc"
	echo "POSTERN-RC $1 $rc"
}

# Let the host do something now, and wait until it has.  The port is opened once:
# closing it between question and answer would throw the answer away.
host() {
	exec 3<> /dev/vport0p2
	echo "$1" >&3
	read -r _ <&3
	exec 3>&-
}

# Leave the initramfs for a root that has what is in /real and what it needs to do
# these steps, as one that systemd mounts would be left for: by switch_root(8),
# with /run kept, and nothing else.
real_root() {
	local d
	mount -t tmpfs -o mode=755 real /mnt
	cp -a /real/. /mnt
	cp -a /bin /lib /etc /facts /mnt
	for d in tmp mnt dev proc sys run; do
		mkdir -p "/mnt/$d"
	done
	for d in dev proc sys run; do
		mount -o move "/$d" "/mnt/$d"
	done
	exec switch_root /mnt /init
}

# Command line and environment of everything that runs, over and over.
sample_processes() {
	while sleep 0.1; do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ
	done > /facts/samples 2> /dev/null
}

# What is mapped: name, UUID, sectors, and on what.
dm_facts() {
	local d
	for d in /sys/block/dm-*; do
		[ -e "$d/dm/name" ] || continue
		printf '%s %s %s %s\n' "$(cat "$d/dm/name")" "$(cat "$d/dm/uuid")" \
			"$(cat "$d/size")" "$(echo "$d"/slaves/*)"
		dmtable "$(cat "$d/dm/name")" > "/facts/table.$(cat "$d/dm/name")"
	done
}

# The registers of TDX: name and value.
rtmr_facts() {
	local f
	for f in /sys/devices/virtual/misc/tdx_guest/measurements/*; do
		[ ! -e "$f" ] || echo "${f##*/} $(od -An -v -tx1 "$f" | tr -d ' \n')"
	done
}

facts() {
	exec 2> /facts/facts.err
	dm_facts > /facts/dm
	cp -a /run /facts/run
	grep -r . /sys/class/tpm/tpm0/pcr-sha* > /facts/pcr
	rtmr_facts > /facts/rtmr
	dmesg > /facts/dmesg
	cat /proc/cmdline > /facts/cmdline
	cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ > /facts/processes
	cat /proc/keys > /facts/keys
	cat /proc/mounts > /facts/mounts
	ip addr > /facts/addresses
	ls -lR /dev /run > /facts/ls
	find /tmp /mnt /etc -type f > /facts/files
	tar -c -C /facts . > /dev/vport0p1
	sync
}
