/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio.h - the files of an initramfs
 *
 * An initramfs is one or more archives, one behind the other, with zeros between
 * them (Documentation/driver-api/early-userspace/buffer-format.rst of Linux
 * 6.12; the format is "newc", all numbers are eight hexadecimal digits).  Pure.
 */
#ifndef CPIO_H
#define CPIO_H

#include "buf.h"
#include "reason.h"

struct cpio_entry {
	const char *name;	/* with its NUL, in the archive; "usr/bin/x" */
	uint32_t mode;
	struct reader data;	/* of a link: what it points to */
};

/*
 * The next entry of the archive R, 1; 0 behind the last one, where R is at
 * what follows, without the zeros; -EBADMSG with CONFIG and a sentence in *WHY.
 */
int cpio_next(struct reader *r, struct cpio_entry *ret,
	      struct reason *why) must_check;

/* R begins with an archive. */
bool cpio_begins(const struct reader *r);

#endif /* CPIO_H */
