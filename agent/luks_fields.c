/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "encode.h"
#include "luks_fields.h"

/* UINT64_MAX has 20 digits. */
#define DECIMAL_MAX	21
#define WORDS_SHOWN_MAX	80
#define SHOWN_MAX	41

/* A string token for a sentence: cut, and only printable ASCII. */
static const char *shown_text(const struct json *j, const struct json_token *t,
			      char out[static SHOWN_MAX])
{
	uint32_t i, len = MIN(t->end - t->start, SHOWN_MAX - 1);

	for (i = 0; i < len; i++) {
		char c = j->text[t->start + i];

		out[i] = c >= 0x20 && c <= 0x7e ? c : '?';
	}
	out[len] = '\0';
	return out;
}

static int wrong_kind(const struct luks_object *o, const struct luks_field *f,
		      const char *what, struct reason *why)
{
	return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
			  "%s: '%s' is not %s", o->name, f->key, what);
}

/* "'sha256' or 'sha512'" */
static const char *list_words(const char *const *words,
			      char out[static WORDS_SHOWN_MAX])
{
	size_t n = 0, i, k;

	for (i = 0; words[i]; i++) {
		const char *parts[] = { i ? " or '" : "'", words[i], "'" };

		for (k = 0; k < ARRAY_SIZE(parts); k++) {
			size_t len = strlen(parts[k]);

			assert(n + len < WORDS_SHOWN_MAX);
			memcpy(out + n, parts[k], len);
			n += len;
		}
	}
	out[n] = '\0';
	return out;
}

static int read_word(const struct luks_object *o, const struct luks_field *f,
		     struct luks_value *v, struct reason *why)
{
	char shown[SHOWN_MAX], words[WORDS_SHOWN_MAX];
	size_t i;

	if (v->token->type != JSON_STRING)
		return wrong_kind(o, f, "a string", why);
	for (i = 0; f->words[i]; i++)
		if (json_equals(o->j, v->token, f->words[i]))
			v->word = f->words[i];
	if (!v->word)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: '%s' is '%s', not %s", o->name, f->key,
				  shown_text(o->j, v->token, shown),
				  list_words(f->words, words));
	return 0;
}

static int check_range(const struct luks_object *o, const struct luks_field *f,
		       uint64_t v, struct reason *why)
{
	if (f->min == f->max && v != f->min)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: '%s' is %" PRIu64 ", not %" PRIu64,
				  o->name, f->key, v, f->min);
	if (v < f->min || v > f->max)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: '%s' is %" PRIu64 ", not from %" PRIu64
				  " to %" PRIu64, o->name, f->key, v, f->min,
				  f->max);
	return 0;
}

static int read_number(const struct luks_object *o, const struct luks_field *f,
		       struct luks_value *v, struct reason *why)
{
	if (json_u64(o->j, v->token, UINT64_MAX, &v->number) < 0)
		return wrong_kind(o, f, "a whole number", why);
	return check_range(o, f, v->number, why);
}

static int read_decimal(const struct luks_object *o,
			const struct luks_field *f, struct luks_value *v,
			struct reason *why)
{
	char digits[DECIMAL_MAX];

	if (json_string(o->j, v->token, digits, sizeof(digits)) < 0 ||
	    parse_u64(digits, 0, UINT64_MAX, &v->number) < 0)
		return wrong_kind(o, f, "a number as a string", why);
	return check_range(o, f, v->number, why);
}

/* One text for one value: the padding must be there (RFC 4648 3.2). */
static int read_base64(const struct luks_object *o, const struct luks_field *f,
		       struct luks_value *v, struct reason *why)
{
	size_t chars = v->token->end - v->token->start;

	if (v->token->type != JSON_STRING || chars % 4 != 0 ||
	    b64_decode(o->j->text + v->token->start, chars, B64_STD, v->bytes,
		       sizeof(v->bytes), &v->len) < 0)
		return wrong_kind(o, f, "base64 of the right length", why);
	if (v->len != f->min && v->len != f->max)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: '%s' has %zu bytes, not %" PRIu64,
				  o->name, f->key, v->len, f->min);
	return 0;
}

static int read_value(const struct luks_object *o, const struct luks_field *f,
		      struct luks_value *v, struct reason *why)
{
	switch (f->kind) {
	case LUKS_WORD:
		return read_word(o, f, v, why);
	case LUKS_NUMBER:
		return read_number(o, f, v, why);
	case LUKS_DECIMAL:
		return read_decimal(o, f, v, why);
	case LUKS_BASE64:
		return read_base64(o, f, v, why);
	case LUKS_OBJECT:
		if (v->token->type != JSON_OBJECT)
			return wrong_kind(o, f, "an object", why);
		return 0;
	case LUKS_ARRAY:
		if (v->token->type != JSON_ARRAY)
			return wrong_kind(o, f, "an array", why);
		return 0;
	case LUKS_NEVER:
		break;
	}
	return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
			  "%s: '%s' is set, which no profile allows", o->name,
			  f->key);
}

/*
 * Finds the members: *RET_UNKNOWN is the first key that is not in the table,
 * or NULL.
 */
static void find_members(const struct luks_object *o,
			 const struct luks_field *fields, size_t count,
			 struct luks_value *values,
			 const struct json_token **ret_unknown)
{
	const struct json_token *key, *value;
	size_t i;

	*ret_unknown = NULL;
	for (key = json_first(o->j, o->token); key;
	     key = json_next(o->j, o->token, value)) {
		value = json_next(o->j, o->token, key);
		for (i = 0; i < count; i++)
			if (json_equals(o->j, key, fields[i].key))
				break;
		if (i < count)
			values[i].token = value;
		else if (!*ret_unknown)
			*ret_unknown = key;
	}
}

int luks_fields(const struct luks_object *o, const struct luks_field *fields,
		size_t count, struct luks_value *ret, struct reason *why)
{
	struct luks_value values[LUKS_FIELDS_MAX] = { 0 };
	const struct json_token *unknown;
	char shown[SHOWN_MAX];
	size_t i;
	int r;

	assert(count <= LUKS_FIELDS_MAX);
	if (o->token->type != JSON_OBJECT)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: not an object", o->name);
	find_members(o, fields, count, values, &unknown);
	/* In the order of the table: what the type says comes first. */
	for (i = 0; i < count; i++) {
		if (!values[i].token)
			continue;
		r = read_value(o, &fields[i], &values[i], why);
		if (r < 0)
			return r;
	}
	for (i = 0; i < count; i++)
		if (!values[i].token && !fields[i].optional)
			return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
					  "%s: '%s' is missing", o->name,
					  fields[i].key);
	if (unknown)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: unknown key '%s'", o->name,
				  shown_text(o->j, unknown, shown));
	memcpy(ret, values, count * sizeof(*ret));
	return 0;
}
