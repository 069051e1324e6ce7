/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpt.h - a GUID partition table that the host may have written
 *
 * Our own reading of it decides which partition a name means; what the kernel
 * made of the table is compared with that (blockdev.c).  Only the first table
 * is read, and only in the layout that partitioning tools write: 128 entries of
 * 128 bytes in the blocks behind the header.  The backup at the end is not
 * there where a provider made the disk larger.  Pure; nothing is repaired.
 *
 * Sections are those of the UEFI Specification 2.10.
 */
#ifndef GPT_H
#define GPT_H

#include "reason.h"

#define GPT_ENTRIES	128
#define GPT_ENTRY_LEN	128
#define GPT_BLOCK_MAX	4096

/* What is read of a disk of BLOCK bytes a block: MBR, header, entries. */
#define GPT_AREA_LEN(block)	(2 * (size_t)(block) + GPT_ENTRIES * GPT_ENTRY_LEN)
#define GPT_AREA_MAX		GPT_AREA_LEN(GPT_BLOCK_MAX)

#define GPT_UUID_LEN	36
#define GPT_LABEL_LEN	36

struct gpt_partition {
	unsigned number;		/* as in the kernel's name, from 1 */
	char uuid[GPT_UUID_LEN + 1];	/* lower case */
	char label[GPT_LABEL_LEN + 1];	/* "" when it is not printable ASCII */
	uint64_t start, size;		/* bytes */
};

struct gpt {
	struct gpt_partition parts[GPT_ENTRIES];
	size_t count;
};

/*
 * Reads the table in AREA, the first GPT_AREA_LEN(BLOCK) bytes of a disk of
 * DISK_SIZE bytes; BLOCK, 512 to GPT_BLOCK_MAX, is its logical block.  The
 * struct is big: not for the stack.  -ENOENT when there is no such table,
 * -EBADMSG with DISK_MISSING and a sentence when it is malformed.
 */
int gpt_parse(const uint8_t *area, size_t len, unsigned block,
	      uint64_t disk_size, struct gpt *ret, struct reason *why) must_check;

/* PARTUUID=<uuid>, in either case, or PARTLABEL=<label> means P. */
bool gpt_matches(const struct gpt_partition *p, const char *spec);

#endif /* GPT_H */
