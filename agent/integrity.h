/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * integrity.h - the superblock of dm-integrity before the data of a volume
 *
 * No tag protects it, and the kernel reads it again by itself; what it says is
 * compared with the header before, and with the kernel's table afterwards.  A
 * layout that the host has changed makes tags that are not found, which is an
 * error for each sector, never other data.
 *
 * Source: struct superblock of drivers/md/dm-integrity.c of Linux 6.12; all
 * numbers are little endian.
 */
#ifndef INTEGRITY_H
#define INTEGRITY_H

#include "luks_header.h"
#include "reason.h"

#define INTEGRITY_SUPERBLOCK_LEN	64

/*
 * Checks the INTEGRITY_SUPERBLOCK_LEN bytes at H->data_offset; *RET_SIZE
 * becomes the bytes that are left for data.  -EBADMSG with HEADER_FORMAT when
 * it is none or does not fit H, HEADER_PROFILE when it asks for a mode that we
 * do not use.  Pure.
 */
int integrity_parse(const uint8_t *superblock, const struct luks_header *h,
		    uint64_t *ret_size, struct reason *why) must_check;

#endif /* INTEGRITY_H */
