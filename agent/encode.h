/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encode.h - hex and base64 (RFC 4648), and strict numbers
 *
 * The base64 code has no table look-ups and no branches that depend on the
 * data, since it carries keys too.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include "util.h"

struct buf;
struct secret;

enum b64 {
	B64_STD,	/* "+/", with padding */
	B64_URL,	/* "-_", without padding (JOSE) */
	B64_URL_PAD,	/* "-_", with padding (Azure evidence) */
};

/* Bytes that B64_DECODED_MAX(n) characters can hold at most. */
#define B64_DECODED_MAX(n)	((n) / 4 * 3 + 3)

void buf_b64(struct buf *b, const void *data, size_t len, enum b64 form);
void buf_hex(struct buf *b, const void *data, size_t len);

/* "[1,2,3]": an array of JSON numbers, as serde writes bytes. */
void buf_numbers(struct buf *b, const void *data, size_t len);

/*
 * Decodes TEXT of LEN characters into OUT (at most SIZE bytes).  Padding may be
 * there or not, but must be right if it is; the unused bits of the last
 * character must be zero; anything else is -EBADMSG.  -EMSGSIZE when it does
 * not fit.
 */
int b64_decode(const char *text, size_t len, enum b64 form,
	       uint8_t *out, size_t size, size_t *ret_len) must_check;

/* The same into a new secret; *RET must be empty.  Empty input: -EBADMSG. */
int b64_decode_secret(const char *text, size_t len, enum b64 form,
		      struct secret *ret) must_check;

/* Exactly LEN bytes as 2 * LEN hex digits of either case; else -EBADMSG. */
int hex_decode(const char *text, size_t text_len, uint8_t *out,
	       size_t len) must_check;

/* 8-4-4-4-12 hexadecimal digits in either case (RFC 9562 4). */
bool is_uuid(const char *text) must_check;

/*
 * A whole number in decimal digits and nothing else (no sign, space, leading
 * zero), from MIN to MAX; -EBADMSG or -ERANGE.
 */
int parse_u64(const char *text, uint64_t min, uint64_t max,
	      uint64_t *ret) must_check;

#endif /* ENCODE_H */
