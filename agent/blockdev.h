/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blockdev.h - the block device that a volume lies on
 *
 * udev's links are not used.  A partition is looked for in the tables of all
 * disks, each read once and parsed by us (gpt.h), a LUKS UUID in the headers of
 * all devices; the partition that the kernel has must lie where the table says.
 * Two that answer to one name stop the boot.
 */
#ifndef BLOCKDEV_H
#define BLOCKDEV_H

#include <sys/types.h>

#include "util.h"

struct blockdev {
	int fd;			/* read only; -1: none */
	char path[64];		/* /dev/<kernel name> */
	dev_t number;
	uint64_t size;		/* bytes */
};

#define BLOCKDEV_NONE	{ .fd = -1 }
#define cleanup_blockdev	cleanup(blockdev_close)

/*
 * Opens what SPEC names (PARTUUID=, PARTLABEL=, UUID= of a LUKS2 header, or a
 * path).  -ENODEV with DISK_MISSING while nothing answers to it, -EEXIST with
 * DISK_AMBIGUOUS, -EIO and others with DISK_MISSING.
 */
int blockdev_open(const char *spec, struct blockdev *ret) must_check;

/* A regular file or block device at PATH; for postern header. */
int blockdev_open_path(const char *path, struct blockdev *ret) must_check;

/* The device still has the size that it was opened with; else DISK_MISSING. */
int blockdev_unchanged(const struct blockdev *d) must_check;

void blockdev_close(struct blockdev *d);

#endif /* BLOCKDEV_H */
