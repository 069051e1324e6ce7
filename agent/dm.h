/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm.h - what the kernel's device mapper really does
 *
 * All of libdevmapper that we call ourselves.  The checks are pure: a table is
 * compared word by word with the one that the accepted header asks for.
 */
#ifndef DM_H
#define DM_H

#include <sys/types.h>

#include "reason.h"

#define DM_PARAMS_MAX	1024

struct dm_target {
	uint64_t start, length;		/* in 512-byte sectors */
	char type[16];
	char params[DM_PARAMS_MAX];
};

/* The one target of mapping NAME; -EBADMSG when it has another number. */
int dm_table(const char *name, struct dm_target *ret) must_check;

/* A mapping of that name exists. */
bool dm_exists(const char *name);

/* The number of mapping NAME's device. */
int dm_number(const char *name, dev_t *ret) must_check;

/* -EBUSY while somebody has it open. */
int dm_remove(const char *name) must_check;

struct dm_crypt_expected {
	const char *cipher;		/* "aes-xts-plain64" */
	unsigned key_len;		/* bytes of the volume key */
	const char *uuid;		/* LUKS UUID, part of the key's description */
	dev_t device;
	uint64_t offset, size;		/* bytes */
	unsigned sector_size;		/* bytes */
	unsigned tag_len;		/* bytes; 0: no integrity */
};

/* -EBADMSG with TABLE and a sentence that names the word that differs. */
int dm_check_crypt(const struct dm_target *t, const struct dm_crypt_expected *e,
		   struct reason *why) must_check;

struct dm_integrity_expected {
	dev_t device;
	uint64_t offset, size;		/* bytes; SIZE is that of the mapping */
	unsigned sector_size;		/* bytes */
	unsigned tag_len;		/* bytes */
};

/* With a journal, and nothing that weakens it. */
int dm_check_integrity(const struct dm_target *t,
		       const struct dm_integrity_expected *e,
		       struct reason *why) must_check;

struct dm_verity_expected {
	dev_t data, hash;
	uint64_t data_blocks;		/* of 4096 bytes */
	uint64_t hash_block;		/* where the tree starts, of 4096 bytes */
	const char *root_hash, *salt;	/* lower-case hex; salt "-" for none */
};

int dm_check_verity(const struct dm_target *t,
		    const struct dm_verity_expected *e,
		    struct reason *why) must_check;

#endif /* DM_H */
