/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "buf.h"
#include "init_data.h"
#include "json_text.h"
#include "log.h"
#include "secret.h"

static int bad(struct reason *why, unsigned line, const char *what)
{
	return reason_set(why, -EINVAL, CODE_CONFIG, "the init-data's line %u %s",
			  line, what);
}

/* It goes into JSON, as a string. */
static bool is_text(const char *text, size_t len)
{
	const char *end = text + len;
	size_t n;

	for (; text < end; text += n) {
		n = utf8_len(text, end);
		if (n == 0 || *text == '\0')
			return false;
	}
	return true;
}

static void skip_blanks(struct reader *r)
{
	while (r->left && (*r->p == ' ' || *r->p == '\t'))
		(void)!rd_skip(r, 1);
}

static bool skip_text(struct reader *r, const char *text)
{
	size_t len = strlen(text);

	return r->left >= len && memcmp(r->p, text, len) == 0 && rd_skip(r, len);
}

/* Nothing more, but a comment or the CR of a line's end. */
static bool is_over(struct reader *r)
{
	skip_blanks(r);
	return rd_empty(r) || *r->p == '#' || (r->left == 1 && *r->p == '\r');
}

/* = "VALUE", without escapes, which no value of ours has. */
static bool parse_value(struct reader *r, struct reader *ret)
{
	const uint8_t *quote;
	size_t len;

	skip_blanks(r);
	if (!skip_text(r, "="))
		return false;
	skip_blanks(r);
	if (!skip_text(r, "\""))
		return false;
	quote = memchr(r->p, '"', r->left);
	len = quote ? (size_t)(quote - r->p) : 0;
	if (!quote || memchr(r->p, '\\', len) || !rd_sub(r, len, ret))
		return false;
	return rd_skip(r, 1) && is_over(r);
}

static bool parse_algorithm(const struct reader *value, enum hash *ret)
{
	static const enum hash known[] = {
		HASH_SHA256, HASH_SHA384, HASH_SHA512
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		const char *name = hash_name(known[i]);

		if (value->left != strlen(name) ||
		    memcmp(value->p, name, value->left) != 0)
			continue;
		*ret = known[i];
		return true;
	}
	return false;
}

/* What stands before the first table. */
struct top {
	bool version, algorithm;
	enum hash hash;
};

static int parse_line(struct top *t, struct reader line, unsigned number,
		      struct reason *why)
{
	struct reader value;
	bool *seen = NULL;

	if (is_over(&line))
		return 0;
	if (skip_text(&line, "version"))
		seen = &t->version;
	else if (skip_text(&line, "algorithm"))
		seen = &t->algorithm;
	if (!seen || !parse_value(&line, &value))
		return bad(why, number, "is not version or algorithm = \"...\"");
	if (*seen)
		return bad(why, number, "is there a second time");
	*seen = true;
	if (seen == &t->algorithm && !parse_algorithm(&value, &t->hash))
		return bad(why, number, "names none of sha256, sha384, sha512");
	return 0;
}

static int parse_top(struct reader text, struct top *t, struct reason *why)
{
	unsigned number = 0;
	int r = 0;

	while (text.left && r == 0) {
		const uint8_t *end = memchr(text.p, '\n', text.left);
		size_t len = end ? (size_t)(end - text.p) : text.left;
		struct reader line, start;

		if (!rd_sub(&text, len, &line) || (end && !rd_skip(&text, 1)))
			return -EINVAL;
		start = line;
		skip_blanks(&start);
		if (start.left && *start.p == '[')
			break;
		r = parse_line(t, line, ++number, why);
	}
	return r;
}

int init_data_parse(const char *text, size_t len, struct digest *ret,
		    struct reason *why)
{
	struct top t = { 0 };
	int r;

	if (!is_text(text, len))
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "the init-data are not UTF-8");
	r = parse_top(READER((const uint8_t *)text, len), &t, why);
	if (r < 0)
		return r;
	if (!t.version || !t.algorithm)
		return reason_set(why, -EINVAL, CODE_CONFIG, "the init-data have "
				  "no '%s'", t.version ? "algorithm" : "version");
	return hash(t.hash, text, len, ret);
}

bool init_data_matches(const struct digest *d, const uint8_t *field, size_t len)
{
	static const uint8_t zero[HASH_LEN_MAX];
	size_t n = MIN(hash_len(d->alg), len);

	assert(len - n <= sizeof(zero));
	return equal_ct(d->bytes, field, n) && equal_ct(field + n, zero, len - n);
}

int init_data_compare(const struct digest *d, const uint8_t *field, size_t len,
		      const char *name)
{
	if (init_data_matches(d, field, len))
		return 0;
	return fail(-EACCES, CODE_TEE_MISMATCH, "the VM was not started with "
		    "these init-data: %s is not their digest", name);
}

int init_data_require(const struct digest *d, enum hash alg, const char *tee)
{
	if (d->alg == alg)
		return 0;
	return fail(-EINVAL, CODE_CONFIG, "the init-data's algorithm is %s, and "
		    "%s needs %s", hash_name(d->alg), tee, hash_name(alg));
}
