/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cbor.h - a strict reader of CBOR (RFC 8949), for hostile input
 *
 * All of libcbor: it is known to cbor.c alone.  The values belong to the
 * document; what cbor_bytes() returns is a copy that lives as long as it.
 *
 * Refused, besides what is not CBOR: bytes after the value, items of indefinite
 * length, keys of maps that are neither whole numbers nor text, equal keys in a
 * map, nesting deeper than 32 (CBOR_MAX_STACK_SIZE of the library's build),
 * more than CBOR_LEN_MAX bytes or CBOR_PAIRS_MAX pairs in a map.  A count that
 * the input declares takes no memory beyond a small multiple of its length.
 * The tags 6 to 20 in their short form are understood at the start only, which
 * is where COSE has them.
 *
 * The getters take NULL, so that one may be put into another.
 */
#ifndef CBOR_H
#define CBOR_H

#include "buf.h"
#include "reason.h"

#define CBOR_LEN_MAX	(128 * 1024)
#define CBOR_PAIRS_MAX	256

struct cbor_value;

struct cbor {
	struct cbor_value *root;	/* owned */
};

#define cleanup_cbor	cleanup(cbor_free)

/*
 * -EBADMSG when the LEN bytes at DATA are not what this file's head allows
 * (*WHY, which may be NULL, gets CODE and a sentence), -EMSGSIZE above a limit,
 * -ENOMEM.  *C, which must be empty, changes on success only.
 */
int cbor_parse(struct cbor *c, const void *data, size_t len, enum code code,
	       struct reason *why) must_check;
void cbor_free(struct cbor *c);

/* A pair of a map by its whole number; NULL when it is not there. */
const struct cbor_value *cbor_member(const struct cbor_value *map, int64_t key);

/* Element I of an array; NULL when it is not there. */
const struct cbor_value *cbor_element(const struct cbor_value *array, size_t i);

/* Elements of an array, pairs of a map; 0 for all else. */
size_t cbor_count(const struct cbor_value *v);

bool cbor_is_array(const struct cbor_value *v);
bool cbor_is_map(const struct cbor_value *v);

/* What is tagged with TAG; NULL when V is not. */
const struct cbor_value *cbor_tagged(const struct cbor_value *v, uint64_t tag);

/* A byte string. */
bool cbor_bytes(const struct cbor_value *v, struct reader *ret) must_check;

/* A text string of printable ASCII that fits in SIZE with its NUL. */
bool cbor_text(const struct cbor_value *v, char *out, size_t size) must_check;

/* A whole number of either sign. */
bool cbor_int(const struct cbor_value *v, int64_t *ret) must_check;

#endif /* CBOR_H */
