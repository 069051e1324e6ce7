/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_text.h - strings inside JSON text: UTF-8 and escapes
 *
 * Between json*.c only, but for utf8_len().  The parser asks whether a string
 * is well formed; the rest may then go over its bytes without looking again.
 */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include "json.h"

/*
 * The code point of the escape at S, which starts with a backslash, and its
 * length in *RET_LEN; 0 if it is none that we take (RFC 8259 7).
 */
uint32_t json_unescape(const char *s, const char *end, size_t *ret_len);

/* Length of the UTF-8 sequence at S < END (RFC 3629 4); 0 if it is none. */
size_t utf8_len(const char *s, const char *end);

/* Goes over the bytes of a string token, escapes resolved, as UTF-8. */
struct json_walk {
	const char *p, *end;
	uint8_t more[3];	/* rest of an escape's UTF-8, last byte first */
	unsigned more_len;
};

struct json_walk json_walk(const struct json *j, const struct json_token *t);

/* The next byte; -1 at the end. */
int json_walk_byte(struct json_walk *w);

/* As strcmp(3), over two string tokens. */
int json_compare(const struct json *j, const struct json_token *a,
		 const struct json_token *b);

#endif /* JSON_TEXT_H */
