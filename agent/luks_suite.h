/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_suite.h - the ways to protect sectors that a profile can ask for
 *
 * One line for each: what the header calls it, what dm-crypt does, how large
 * its keys and tags are.  What is not in the table is not opened.
 */
#ifndef LUKS_SUITE_H
#define LUKS_SUITE_H

#include "util.h"

/* As in integrity = ..., in the order of its words in config.c. */
enum luks_integrity {
	LUKS_INTEGRITY_NONE,
	LUKS_INTEGRITY_HMAC_SHA256,
	LUKS_INTEGRITY_AEAD,
	LUKS_INTEGRITY_ANY,		/* not pinned; no suite has it */
};

struct luks_suite {
	enum luks_integrity integrity;
	const char *cipher;	/* "encryption" of the segment */
	const char *type;	/* "type" of its integrity; NULL: none */
	const char *table;	/* what the kernel's table calls the cipher */
	unsigned key_len;	/* bytes of the volume key, with that of a MAC */
	unsigned mac_key_len;	/* bytes of it that are the MAC's */
	unsigned tag_len;	/* bytes on the disk for each sector; 0: none */
};

/* NULL when there is none; TYPE is NULL without integrity. */
const struct luks_suite *luks_suite_find(const char *cipher, const char *type);

/* The same, for what a descriptor calls them. */
const struct luks_suite *luks_suite_named(const char *cipher,
					  enum luks_integrity integrity);

/* All suites up to one whose cipher is NULL. */
extern const struct luks_suite luks_suites[];

/* "none", "hmac-sha256", "aead"; of a suite. */
const char *luks_integrity_name(enum luks_integrity integrity);

/* The reverse; false when there is none of that name. */
bool luks_integrity_find(const char *name,
			 enum luks_integrity *ret) must_check;

#endif /* LUKS_SUITE_H */
