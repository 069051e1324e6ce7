/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_fields.h - an object of the LUKS2 metadata, read by a table
 *
 * Between luks_*.c only.  A table lists every key that an object may have and
 * what its value may be.  A key that is not in the table is refused, so that
 * nothing in the header can have a meaning to libcryptsetup that it has not
 * to us.
 *
 * Chapters are those of the LUKS2 On-Disk Format Specification 1.1.4.
 */
#ifndef LUKS_FIELDS_H
#define LUKS_FIELDS_H

#include "json.h"

#define LUKS_BYTES_MAX	64
#define LUKS_FIELDS_MAX	8

enum luks_kind {
	LUKS_WORD,	/* a string, one of .words */
	LUKS_NUMBER,	/* a number from .min to .max */
	LUKS_DECIMAL,	/* the same, but as a string (3: "string-uint64") */
	LUKS_BASE64,	/* a string of .min or .max bytes of binary data */
	LUKS_OBJECT,
	LUKS_ARRAY,
	LUKS_NEVER,	/* in the format, but not in our profile */
};

struct luks_field {
	const char *key;
	enum luks_kind kind;
	bool optional;
	const char *const *words;	/* LUKS_WORDS(...) */
	uint64_t min, max;
};

#define LUKS_WORDS(...)	((const char *const[]){ __VA_ARGS__, NULL })

struct luks_value {
	const struct json_token *token;	/* NULL when it is not there */
	const char *word;		/* the one in .words */
	uint64_t number;
	uint8_t bytes[LUKS_BYTES_MAX];
	size_t len;
};

/* An object and what it is called in a sentence: "keyslot 3". */
struct luks_object {
	const struct json *j;
	const struct json_token *token;
	const char *name;
};

/*
 * Reads OBJECT by COUNT FIELDS into RET, one value for each.  -EBADMSG with
 * *WHY: HEADER_FORMAT when something is missing or not of its kind,
 * HEADER_PROFILE when it has a value or key that we do not allow.
 */
int luks_fields(const struct luks_object *object,
		const struct luks_field *fields, size_t count,
		struct luks_value *ret, struct reason *why) must_check;

#endif /* LUKS_FIELDS_H */
