/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vector.h - files of tests/vectors/ours, and secrets and hex for tables
 *
 * Paths are relative to the top of the tree, where tests are run.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include "buf.h"
#include "json.h"
#include "secret.h"

#define VECTORS		"tests/vectors/ours"
#define VECTOR_MAX	(256 * 1024)

/* A JSON file; "place" is the way to a value: "p256/nonce". */
struct vector {
	struct buf text;
	struct json json;
};

#define VECTOR		{ .text = BUF(VECTOR_MAX) }
#define cleanup_vector	cleanup(vector_free)
#define cleanup_text	cleanup(text_free)

/* Appends file NAME below VECTORS; false with a "#" line when that fails. */
bool vector_read(const char *name, struct buf *ret);

bool vector_load(struct vector *v, const char *name);
void vector_free(struct vector *v);

/* The same with another folder than VECTORS. */
bool vector_read_in(const char *dir, const char *name, struct buf *ret);
bool vector_load_in(const char *dir, struct vector *v, const char *name);

const struct json_token *vector_at(const struct vector *v, const char *place);

/* The string at PLACE, to be freed; NULL with a "#" line. */
char *vector_string(const struct vector *v, const char *place);

/* The JSON text of the value at PLACE, as it stands, to be freed. */
char *vector_json(const struct vector *v, const char *place);

/* The same JSON value, whatever the order of members. */
bool vector_same(const struct json *a, const struct json_token *ta,
		 const struct json *b, const struct json_token *tb);

void text_free(char **text);

/*
 * TEXT with its only OLD replaced by NEW, to be freed; OLD "" appends.  NULL
 * with a "#" line when OLD is not in it exactly once.
 */
char *text_replace(const char *text, const char *old, const char *new);

/* A secret of the bytes that HEX stands for, or of TEXT; aborts on error. */
struct secret secret_hex(const char *hex);
struct secret secret_text(const char *text);

/* LEN bytes at P are what HEX stands for. */
bool equals_hex(const void *p, size_t len, const char *hex);

#endif /* VECTOR_H */
