/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_metadata.h - the JSON of a LUKS2 header against the profile
 *
 * Between luks_*.c only.  Chapters are those of the LUKS2 On-Disk Format
 * Specification 1.1.4.
 */
#ifndef LUKS_METADATA_H
#define LUKS_METADATA_H

#include "luks_fields.h"
#include "luks_header.h"

#define LUKS_HASHES	LUKS_WORDS("sha256", "sha512")
#define LUKS_ALIGNMENT	4096

/* A kdf may cost some seconds, or the host could hang the boot for ever. */
#define LUKS_ITERATIONS_MIN	1000
#define LUKS_ITERATIONS_MAX	10000000

struct luks_context {
	const struct json *j;
	const struct luks_profile *profile;
	struct luks_header *h;		/* to be filled */
	uint64_t keyslots_end;		/* bytes from the start of the device */
	struct reason *why;
};

/*
 * The name and value of the only member of OBJECT; a sentence calls its
 * members KINDs.
 */
int luks_only_member(const struct luks_context *c,
		     const struct json_token *object, const char *kind,
		     const struct json_token **ret_name,
		     const struct json_token **ret_value) must_check;

/* The "keyslots" object (3.2); keyslots_end must be set. */
int luks_keyslots_parse(const struct luks_context *c,
			const struct json_token *t) must_check;

/*
 * Checks TEXT of LEN bytes.  H has what the binary header says and the device
 * size; the rest of it is filled in, and is undefined after a failure.
 */
int luks_metadata_parse(const char *text, size_t len,
			const struct luks_profile *p, struct luks_header *h,
			struct reason *why) must_check;

#endif /* LUKS_METADATA_H */
