/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode.h - evidence and logs as JSON, for people and tests
 *
 * By the same parsers as in a boot, so that what is fuzzed is what is shown.
 * Nothing is verified: see each parser for what it does not check.
 */
#ifndef DECODE_H
#define DECODE_H

#include "reason.h"

struct buf;

struct decode_kind {
	const char *name;	/* as in --as */

	/* The input begins or ends as this kind does. */
	bool (*looks)(const uint8_t *data, size_t len);

	/* Appends to RET; -EBADMSG with *WHY. */
	int (*decode)(const uint8_t *data, size_t len, struct buf *ret,
		      struct reason *why);
};

/* By name, or with NULL by what the input looks like; NULL if there is none. */
const struct decode_kind *decode_find(const char *name, const uint8_t *data,
				      size_t len);

/* "snp-report snp-certs ...", for messages. */
extern const char decode_kinds[];

#endif /* DECODE_H */
