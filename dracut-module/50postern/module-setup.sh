#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154  # dracut sets these variables
#
# postern - attests this VM and opens its root device

# Installing the package changes nobody's boot, configuring it does.
check() {
    [[ -e $dracutsysrootdir/etc/postern/postern.conf ]] || return 255
    require_binaries /usr/lib/postern/postern || return 1
}

depends() {
    echo dm network systemd-initrd
}

# Without regard to this machine: the image boots elsewhere than it is built.
installkernel() {
    hostonly='' instmods \
        dm_crypt dm_integrity dm_verity =crypto =arch/x86/crypto =arch/arm64/crypto \
        =drivers/char/tpm =drivers/virt/coco efi_secret uvdevice \
        nvme virtio_blk virtio_net virtio_pci virtio_scsi wireguard
}

install() {
    local file unit wait_online

    inst_multiple /usr/lib/postern/postern /etc/postern/postern.conf
    inst_multiple -o /etc/postern/*.pem /etc/postern/*.toml
    # For a volume that the first boot makes.
    for file in ext4 xfs; do
        grep -qs "^[[:space:]]*mkfs[[:space:]]*=[[:space:]]*$file" \
            "$dracutsysrootdir/etc/postern/postern.conf" || continue
        inst_multiple "mkfs.$file"
        inst_multiple -o /etc/mke2fs.conf
    done
    inst_simple "$systemdsystemunitdir/postern-unlock.service"
    $SYSTEMCTL -q --root "$initdir" enable postern-unlock.service

    # The tunnel's files must belong to the group that networkd has in the real
    # root.  Where dracut has not taken the numbers along, systemd-sysusers,
    # which it runs later, would make up its own.
    for file in passwd group; do
        grep -qs '^systemd-network:' "$initdir/etc/$file" \
            || grep '^systemd-network:' "$dracutsysrootdir/etc/$file" >> "$initdir/etc/$file"
    done

    # Without rd.neednet nothing waits for the network, and the default of
    # rd.retry, three minutes, would end a longer wait for the KBS.
    mkdir -p "$initdir/etc/cmdline.d"
    echo "rd.neednet=1 rd.retry=1000000 rd.shell=0 rd.emergency=poweroff" \
        > "$initdir/etc/cmdline.d/50-postern.conf"
    # It would hold up the mount of an open root, two minutes for a second card
    # that leads nowhere.
    wait_online=systemd-networkd-wait-online
    mkdir -p "$initdir$systemdsystemconfdir/$wait_online.service.d"
    printf '%s\n' '[Service]' 'ExecStart=' "ExecStart=$systemdutildir/$wait_online --any" \
        > "$initdir$systemdsystemconfdir/$wait_online.service.d/50-postern.conf"

    # The console belongs to the host.  The kernel command line can overrule the
    # parameters above; what follows it cannot.
    for unit in emergency rescue dracut-emergency; do
        printf '%s\n' '[Unit]' 'Description=Power off instead of a shell' \
            'DefaultDependencies=no' 'SuccessAction=poweroff-force' \
            > "$initdir/etc/systemd/system/$unit.service"
    done
    $SYSTEMCTL -q --root "$initdir" mask debug-shell.service \
        breakpoint-{pre-udev,pre-basic,pre-mount,pre-switch-root}.service
    mkdir -p "$initdir/etc/systemd/system/dracut-cmdline-ask.service.d"
    printf '%s\n' '[Service]' 'StandardInput=null' \
        > "$initdir/etc/systemd/system/dracut-cmdline-ask.service.d/50-postern.conf"
}
