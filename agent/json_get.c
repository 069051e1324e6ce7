/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "json.h"
#include "json_text.h"

#define KEY_SHOWN_MAX	40

const struct json_token *json_root(const struct json *j)
{
	return j->count ? &j->tokens[0] : NULL;
}

const struct json_token *json_first(const struct json *j,
				    const struct json_token *container)
{
	if (!container || container->count == 0)
		return NULL;
	return &j->tokens[container - j->tokens + 1];
}

const struct json_token *json_next(const struct json *j,
				   const struct json_token *container,
				   const struct json_token *t)
{
	return t && t->next < container->next ? &j->tokens[t->next] : NULL;
}

const struct json_token *json_member(const struct json *j,
				     const struct json_token *object,
				     const char *key)
{
	const struct json_token *t = NULL;
	bool found = false;

	if (object && object->type == JSON_OBJECT)
		t = json_first(j, object);
	while (t && !found) {
		found = json_equals(j, t, key);
		t = json_next(j, object, t);		/* the value */
		if (!found)
			t = json_next(j, object, t);	/* the next key */
	}
	return t;
}

bool json_equals(const struct json *j, const struct json_token *t,
		 const char *text)
{
	struct json_walk w;
	int c;

	if (!t || t->type != JSON_STRING)
		return false;
	w = json_walk(j, t);
	do {
		c = json_walk_byte(&w);
	} while (c >= 0 && c == (uint8_t)*text++);
	return c < 0 && *text == '\0';
}

int json_string(const struct json *j, const struct json_token *t,
		char *out, size_t size)
{
	struct json_walk w;
	size_t n = 0;

	if (!t || t->type != JSON_STRING)
		return -EBADMSG;
	for (w = json_walk(j, t); json_walk_byte(&w) >= 0; n++)
		;
	if (n >= size)
		return -EMSGSIZE;
	w = json_walk(j, t);
	out[n] = '\0';
	for (; n > 0; n--)
		*out++ = (char)json_walk_byte(&w);
	return 0;
}

bool json_copy(const struct json *j, const struct json_token *t,
	       char *out, size_t size)
{
	size_t len = t ? t->end - t->start : 0;

	if (!t || (t->type != JSON_STRING && t->type != JSON_NUMBER) ||
	    len >= size || memchr(j->text + t->start, '\\', len))
		return false;
	memcpy(out, j->text + t->start, len);
	out[len] = '\0';
	return true;
}

int json_u64(const struct json *j, const struct json_token *t, uint64_t max,
	     uint64_t *ret)
{
	uint64_t v = 0;
	uint32_t i;

	if (!t || t->type != JSON_NUMBER)
		return -EBADMSG;
	for (i = t->start; i < t->end; i++) {
		/* A sign, point or exponent is far above 9 as a digit. */
		unsigned digit = (unsigned)(uint8_t)j->text[i] - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return -EBADMSG;
		v = v * 10 + digit;
	}
	if (v > max)
		return -EBADMSG;
	*ret = v;
	return 0;
}

int json_bool(const struct json *j, const struct json_token *t, bool *ret)
{
	(void)j;
	if (!t || (t->type != JSON_TRUE && t->type != JSON_FALSE))
		return -EBADMSG;
	*ret = t->type == JSON_TRUE;
	return 0;
}

static bool is_listed(const struct json *j, const struct json_token *key,
		      const char *const *keys)
{
	for (; *keys; keys++)
		if (json_equals(j, key, *keys))
			return true;
	return false;
}

static int unknown_key(const struct json *j, const struct json_token *key,
		       enum code code, struct reason *why)
{
	char shown[KEY_SHOWN_MAX + 1];
	uint32_t i, len = MIN(key->end - key->start, KEY_SHOWN_MAX);

	for (i = 0; i < len; i++) {
		char c = j->text[key->start + i];

		shown[i] = c >= 0x20 && c <= 0x7e ? c : '?';
	}
	shown[len] = '\0';
	return reason_set(why, -EBADMSG, code, "unknown key '%s'%s", shown,
			  len < key->end - key->start ? " (cut)" : "");
}

bool json_only(const struct json *j, const struct json_token *object,
	       const char *const *keys, enum code code, struct reason *why)
{
	const struct json_token *t;

	if (!object || object->type != JSON_OBJECT)
		return reason_set(why, 0, code, "not a JSON object") != 0;
	t = json_first(j, object);
	while (t) {
		if (!is_listed(j, t, keys))
			return unknown_key(j, t, code, why) == 0;
		t = json_next(j, object, t);		/* the value */
		t = json_next(j, object, t);		/* the next key */
	}
	return true;
}
