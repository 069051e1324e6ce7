/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkfs.h - a file system or swap area on a volume that was just made
 *
 * A file system is made by the only program that postern ever starts: mkfs.ext4(8)
 * or mkfs.xfs(8) of the initramfs, with an absolute path, an empty environment, no
 * input, and a limit on its time.
 *
 * A swap area is one page, which is written here: union swap_header of Linux,
 * include/linux/swap.h, as read_swap_header() in mm/swapfile.c wants it.  In it
 * are, in the machine's byte order, at byte 1024 the version 1, the number of the
 * last page, and how many are bad; and "SWAPSPACE2" in the page's last 10 bytes.
 */
#ifndef MKFS_H
#define MKFS_H

#include "config.h"

/* Whether the program is there, for all that is written later would be in vain.
 * 0 for MKFS_NONE and MKFS_SWAP; -ENOENT with PROVISION. */
int mkfs_check(enum volume_mkfs kind) must_check;

/* Makes the file system on DEVICE.  Errors with PROVISION. */
int mkfs_run(enum volume_mkfs kind, const char *device) must_check;

#endif /* MKFS_H */
