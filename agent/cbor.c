/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <cbor.h>

#include "cbor.h"

/*
 * What libcbor may allocate for one input.  Each byte of it can begin at most
 * one item (some 50 bytes with the allocator's own), and an array or map of N
 * elements, which needs N bytes at least, takes 8 bytes for each.  Beyond that
 * the input declares what it does not have.
 */
#define ALLOC_ONE(len)	(8 * (len) + 128)
#define ALLOC_ALL(len)	(256 * (len) + 4096)

/*
 * libcbor 0.10 takes the tags 6 to 20 for malformed where one byte says it all
 * (RFC 8949 3.4), but knows them with the number in a byte of its own.
 */
enum {
	TAG_ZERO = 0xc0,
	TAG_SHORT_MIN = TAG_ZERO + 6,
	TAG_SHORT_MAX = TAG_ZERO + 20,
	TAG_LONG = 0xd8,
};

static size_t alloc_one, alloc_left;
static bool alloc_failed;

static void *capped_malloc(size_t size)
{
	void *p;

	if (size > alloc_one || size > alloc_left)
		return NULL;
	alloc_left -= size;
	p = malloc(size);
	alloc_failed |= !p;
	return p;
}

/* libcbor grows only what is of indefinite length, and that is refused. */
static void *no_realloc(void *p, size_t size)
{
	(void)p;
	(void)size;
	return NULL;
}

static const cbor_item_t *item(const struct cbor_value *v)
{
	return (const cbor_item_t *)v;
}

static const struct cbor_value *value(const cbor_item_t *i)
{
	return (const struct cbor_value *)i;
}

static bool same_key(const cbor_item_t *a, const cbor_item_t *b)
{
	if (a->type != b->type)
		return false;
	if (a->type != CBOR_TYPE_STRING)
		return cbor_get_int(a) == cbor_get_int(b);
	return cbor_string_length(a) == cbor_string_length(b) &&
	       memcmp(cbor_string_handle(a), cbor_string_handle(b),
		      cbor_string_length(a)) == 0;
}

static const char *check_keys(const cbor_item_t *map)
{
	const struct cbor_pair *pairs = cbor_map_handle(map);
	size_t count = cbor_map_size(map), i, k;

	if (count > CBOR_PAIRS_MAX)
		return "has a map that is too big";
	for (i = 0; i < count; i++) {
		const cbor_item_t *key = pairs[i].key;

		if (!cbor_is_int(key) && !(cbor_isa_string(key) &&
					   cbor_string_is_definite(key)))
			return "has a map with a key that is neither a whole "
			       "number nor text";
		for (k = 0; k < i; k++)
			if (same_key(key, pairs[k].key))
				return "has a map with the same key twice";
	}
	return NULL;
}

static bool is_definite(const cbor_item_t *i)
{
	return !(cbor_isa_bytestring(i) && !cbor_bytestring_is_definite(i)) &&
	       !(cbor_isa_string(i) && !cbor_string_is_definite(i)) &&
	       !(cbor_isa_array(i) && !cbor_array_is_definite(i)) &&
	       !(cbor_isa_map(i) && !cbor_map_is_definite(i));
}

/* What is wrong with I, or NULL.  libcbor has limited how deep that goes. */
static const char *check(const cbor_item_t *i)
{
	const char *wrong = NULL;
	size_t k;

	if (!is_definite(i))
		return "has an item of indefinite length";
	if (cbor_isa_array(i))
		for (k = 0; k < cbor_array_size(i) && !wrong; k++)
			wrong = check(cbor_array_handle(i)[k]);
	if (cbor_isa_tag(i))
		wrong = check(i->metadata.tag_metadata.tagged_item);
	if (!cbor_isa_map(i))
		return wrong;
	wrong = check_keys(i);
	for (k = 0; k < cbor_map_size(i) && !wrong; k++)
		wrong = check(cbor_map_handle(i)[k].value);
	return wrong;
}

static int bad(struct reason *why, enum code code, const char *wrong)
{
	return reason_set(why, -EBADMSG, code, "the CBOR %s", wrong);
}

static int load(struct cbor *c, const uint8_t *data, size_t len, enum code code,
		struct reason *why)
{
	struct cbor_load_result result;
	cbor_item_t *root;
	const char *wrong;

	alloc_one = ALLOC_ONE(len);
	alloc_left = ALLOC_ALL(len);
	alloc_failed = false;
	cbor_set_allocs(capped_malloc, no_realloc, free);
	root = cbor_load(data, len, &result);
	if (!root && alloc_failed)
		return reason_set(why, -ENOMEM, code, "out of memory");
	if (!root)
		return bad(why, code, "is malformed, of indefinite length or "
			   "nested too deep");
	wrong = result.read == len ? check(root) :
		"is followed by something else";
	if (wrong) {
		cbor_decref(&root);
		return bad(why, code, wrong);
	}
	c->root = (struct cbor_value *)root;
	return 0;
}

int cbor_parse(struct cbor *c, const void *data, size_t len, enum code code,
	       struct reason *why)
{
	cleanup_free uint8_t *copy = NULL;
	const uint8_t *p = data;

	assert(!c->root);
	if (len > CBOR_LEN_MAX)
		return reason_set(why, -EMSGSIZE, code, "the CBOR is longer "
				  "than %u bytes", CBOR_LEN_MAX);
	if (len == 0 || p[0] < TAG_SHORT_MIN || p[0] > TAG_SHORT_MAX)
		return load(c, p, len, code, why);
	copy = malloc(len + 1);
	if (!copy)
		return reason_set(why, -ENOMEM, code, "out of memory");
	copy[0] = TAG_LONG;
	copy[1] = (uint8_t)(p[0] - TAG_ZERO);
	memcpy(copy + 2, p + 1, len - 1);
	return load(c, copy, len + 1, code, why);
}

void cbor_free(struct cbor *c)
{
	cbor_item_t *root = (cbor_item_t *)c->root;

	if (root)
		cbor_decref(&root);
	c->root = NULL;
}

bool cbor_is_array(const struct cbor_value *v)
{
	return v && cbor_isa_array(item(v));
}

bool cbor_is_map(const struct cbor_value *v)
{
	return v && cbor_isa_map(item(v));
}

const struct cbor_value *cbor_member(const struct cbor_value *map, int64_t key)
{
	size_t i;
	int64_t k;

	for (i = 0; cbor_is_map(map) && i < cbor_map_size(item(map)); i++) {
		const struct cbor_pair *pair = &cbor_map_handle(item(map))[i];

		if (cbor_int(value(pair->key), &k) && k == key)
			return value(pair->value);
	}
	return NULL;
}

const struct cbor_value *cbor_element(const struct cbor_value *array, size_t i)
{
	if (!cbor_is_array(array) || i >= cbor_array_size(item(array)))
		return NULL;
	return value(cbor_array_handle(item(array))[i]);
}

size_t cbor_count(const struct cbor_value *v)
{
	if (cbor_is_array(v))
		return cbor_array_size(item(v));
	return cbor_is_map(v) ? cbor_map_size(item(v)) : 0;
}

const struct cbor_value *cbor_tagged(const struct cbor_value *v, uint64_t tag)
{
	if (!v || !cbor_isa_tag(item(v)) || cbor_tag_value(item(v)) != tag)
		return NULL;
	return value(item(v)->metadata.tag_metadata.tagged_item);
}

bool cbor_bytes(const struct cbor_value *v, struct reader *ret)
{
	if (!v || !cbor_isa_bytestring(item(v)))
		return false;
	*ret = READER(cbor_bytestring_handle(item(v)),
		      cbor_bytestring_length(item(v)));
	return true;
}

bool cbor_text(const struct cbor_value *v, char *out, size_t size)
{
	const unsigned char *text;
	size_t len, i;

	if (!v || !cbor_isa_string(item(v)))
		return false;
	text = cbor_string_handle(item(v));
	len = cbor_string_length(item(v));
	if (len >= size)
		return false;
	for (i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	if (len)
		memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

bool cbor_int(const struct cbor_value *v, int64_t *ret)
{
	uint64_t n;

	if (!v || !cbor_is_int(item(v)))
		return false;
	n = cbor_get_int(item(v));
	if (n > INT64_MAX)
		return false;
	*ret = cbor_isa_uint(item(v)) ? (int64_t)n : -1 - (int64_t)n;
	return true;
}
