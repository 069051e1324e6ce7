/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_edit.h - a LUKS2 header to be edited, with checksums made right again
 */
#ifndef LUKS_EDIT_H
#define LUKS_EDIT_H

#include "luks_header.h"

#define FIXTURES	"tests/vectors/luks-headers/"

/* A device that the fixtures fit on. */
#define DEVICE_SIZE	((uint64_t)64 * 1024 * 1024)

/* Which copies; the first is copy 0. */
#define FIRST	1U
#define SECOND	2U
#define BOTH	(FIRST | SECOND)

struct luks_edit {
	uint8_t area[LUKS_AREA_LEN];
	const char *verdict;		/* of luks_edit_verdict() */
	struct luks_header header;
	struct reason why;
};

/* Reads fixture NAME; false with a "#" line when that fails. */
bool luks_edit_load(struct luks_edit *e, const char *name);

/* Puts LEN bytes at OFFSET of each of COPIES. */
void luks_edit_put(struct luks_edit *e, unsigned copies, size_t offset,
		   const void *data, size_t len);

/* The JSON text of copy 0. */
const char *luks_edit_json(const struct luks_edit *e);

/* Makes TEXT the JSON of COPIES, zeros behind it. */
void luks_edit_set_json(struct luks_edit *e, unsigned copies, const char *text,
			size_t len);

/* Replaces OLD, which must be there once, by NEW. */
bool luks_edit_replace(struct luks_edit *e, unsigned copies, const char *old,
		       const char *new);

/* Makes both checksums right. */
void luks_edit_repair(struct luks_edit *e);

/* "ok", "HEADER_FORMAT" or "HEADER_PROFILE", for profile P (NULL: pins nothing)
 * and a device of SIZE bytes. */
const char *luks_edit_verdict(struct luks_edit *e,
			      const struct luks_profile *p, uint64_t size);

#endif /* LUKS_EDIT_H */
