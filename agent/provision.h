/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * provision.h - the device that a volume is made on
 *
 * A volume is made in this order, each step on the medium before the next, so
 * that a power cut at any point leaves one of these states (K: the key and UUID
 * of the descriptor; blocks of 512 bytes are written whole or not at all):
 *
 *	byte 0			the rest		the next boot
 *	zeros			zeros			makes the volume
 *	mark under K		anything		makes the volume anew
 *	header under K		whole, with its tags	opens it
 *				and file system
 *	anything else		anything		stops with PROVISION
 *
 * The mark is written first.  Where the volume has tags, the kernel then makes
 * their superblock and journal at the start of the data.  The mapping is made
 * by the header in memory, all of it or the places where a file system would be
 * looked for are zeroed through it, the file system is made, and the first
 * sector of the header, which replaces the mark, is written last of all.  The
 * mark has a MAC under the key, so that nothing but our own unfinished work is
 * ever written over.
 */
#ifndef PROVISION_H
#define PROVISION_H

#include "blockdev.h"

struct secret;

/* File systems, partition tables, RAID and others are looked for at both ends. */
#define PROVISION_HEAD_LEN	(17 * 1024 * 1024)
#define PROVISION_TAIL_LEN	(1024 * 1024)

/* Between two lines of progress: 5 %. */
#define PROVISION_PARTS		20

enum provision_state { DEVICE_BLANK, DEVICE_UNFINISHED, DEVICE_USED };

/*
 * What is on D: blank means that all that a probe reads is zero.  KEY may be
 * NULL: then no mark is known.  -EIO with DISK_MISSING.
 */
int provision_state(const struct blockdev *d, const char *uuid,
		    const struct secret *key,
		    enum provision_state *ret) must_check;

/*
 * Opens D for writing.  With ALONE nobody else may use it now: mounted, mapped,
 * part of another device.  -EBUSY and others with PROVISION.
 */
int provision_open(const struct blockdev *d, bool alone, int *ret) must_check;

/* Writes the mark for UUID and KEY.  -EIO with PROVISION. */
int provision_mark(int fd, const char *uuid,
		   const struct secret *key) must_check;

/* Zeros what provision_state() looks at, of a device or mapping of SIZE bytes,
 * HEAD bytes at its start.  -EIO with PROVISION. */
int provision_wipe(int fd, uint64_t head, uint64_t size) must_check;

/*
 * Zeros all SIZE bytes of a mapping, each of PROVISION_PARTS to the medium and
 * with a line on how far and how fast.  A sector with a tag can be read only
 * when it was written once.  -EIO or, when asked to end, -EINTR with PROVISION.
 */
int provision_fill(int fd, uint64_t size) must_check;

/*
 * From now on the first SIGHUP, SIGINT or SIGTERM that is not ignored asks
 * provision_fill() to end, and not the process, which would leave its mapping.
 */
void provision_catch_signals(void);

#endif /* PROVISION_H */
