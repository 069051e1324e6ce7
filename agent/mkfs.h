/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkfs.h - a file system on a volume that was just made
 *
 * By the only program that postern ever starts: mkfs.ext4(8) or mkfs.xfs(8) of
 * the initramfs, with an absolute path, an empty environment, no input, and a
 * limit on its time.
 */
#ifndef MKFS_H
#define MKFS_H

#include "config.h"

/* Whether the program is there, for all that is written later would be in vain.
 * 0 for MKFS_NONE; -ENOENT with PROVISION. */
int mkfs_check(enum volume_mkfs kind) must_check;

/* Makes the file system on DEVICE.  Errors with PROVISION. */
int mkfs_run(enum volume_mkfs kind, const char *device) must_check;

#endif /* MKFS_H */
