/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - a strict reader of JSON (RFC 8259), for hostile input and for keys
 *
 * The parser makes an index of tokens over text that the caller keeps; it
 * copies nothing, so that a key inside the text (a volume descriptor, tunnel
 * credentials) stays in the secret that holds the text.  For the same reason,
 * and because json-c lets the last of two equal keys win, json-c is left to
 * libcryptsetup alone.
 *
 * Refused, besides what is not JSON: duplicate keys in an object, invalid
 * UTF-8, \u0000, lone surrogates, a byte order mark, text after the value,
 * nesting deeper than JSON_DEPTH_MAX, more than JSON_TOKENS_MAX tokens.
 */
#ifndef JSON_H
#define JSON_H

#include "reason.h"

#define JSON_DEPTH_MAX	16
#define JSON_TOKENS_MAX	32768

enum json_type {
	JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY,
	JSON_OBJECT,
};

/* One value, or the key of a member; members are key token, value token. */
struct json_token {
	enum json_type type;
	uint32_t start, end;	/* offsets in the text; strings without quotes */
	uint32_t count;		/* array: elements; object: members */
	uint32_t next;		/* index of the token after this value's last */
};

struct json {
	const char *text;
	size_t len;
	struct json_token *tokens;	/* [0] is the value; owned */
	size_t count;
};

#define cleanup_json	cleanup(json_free)

/*
 * -EBADMSG when TEXT is not what this file's head allows (*WHY, which may be
 * NULL, gets the given CODE and a sentence with the offset, but nothing of the
 * text, which may be a key), -EMSGSIZE above the limits, -ENOMEM.  *J, which
 * must be empty, changes on success only, and is of use as long as TEXT stays.
 */
int json_parse(struct json *j, const char *text, size_t len, enum code code,
	       struct reason *why) must_check;
void json_free(struct json *j);

/* NULL when J is empty. */
const struct json_token *json_root(const struct json *j);

/* A member of an object; NULL when it is not there or OBJECT is none. */
const struct json_token *json_member(const struct json *j,
				     const struct json_token *object,
				     const char *key);

/* The first element or key of a container (NULL when empty, or none), and the
 * next sibling of T, which may be NULL; for objects that walks key, value, key,
 * value. */
const struct json_token *json_first(const struct json *j,
				    const struct json_token *container);
const struct json_token *json_next(const struct json *j,
				   const struct json_token *container,
				   const struct json_token *t);

/* The text of a key, a string without escapes or a number, if it fits. */
bool json_copy(const struct json *j, const struct json_token *t,
	       char *out, size_t size) must_check;

/* T is a string equal to TEXT (escapes are resolved). */
bool json_equals(const struct json *j, const struct json_token *t,
		 const char *text);

/*
 * A string value, escapes resolved, into OUT with a NUL.  -EBADMSG when T is
 * NULL or no string, -EMSGSIZE when it does not fit in SIZE.
 */
int json_string(const struct json *j, const struct json_token *t,
		char *out, size_t size) must_check;

/* A whole number from 0 to MAX, as JSON writes it, without fraction, exponent
 * or sign; -EBADMSG. */
int json_u64(const struct json *j, const struct json_token *t, uint64_t max,
	     uint64_t *ret) must_check;

int json_bool(const struct json *j, const struct json_token *t,
	      bool *ret) must_check;

/*
 * True when OBJECT is an object without other keys than the NULL-terminated
 * list; otherwise *WHY gets CODE and the first that is not in it, cut, with ?
 * for what is not printable ASCII.
 */
bool json_only(const struct json *j, const struct json_token *object,
	       const char *const *keys, enum code code, struct reason *why);

#endif /* JSON_H */
