/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "file.h"
#include "vector.h"

bool vector_read_in(const char *dir, const char *name, struct buf *ret)
{
	char path[512];
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	r = file_read(path, ret);
	if (r < 0)
		printf("# cannot read %s, which is relative to the top: %s\n",
		       path, strerror(-r));
	return r == 0;
}

bool vector_read(const char *name, struct buf *ret)
{
	return vector_read_in(VECTORS, name, ret);
}

bool vector_load(struct vector *v, const char *name)
{
	return vector_load_in(VECTORS, v, name);
}

bool vector_load_in(const char *dir, struct vector *v, const char *name)
{
	struct reason why = { 0 };

	if (!vector_read_in(dir, name, &v->text))
		return false;
	if (json_parse(&v->json, (const char *)v->text.data, v->text.len,
		       CODE_INTERNAL, &why) == 0)
		return true;
	printf("# %s: %s\n", name, why.text);
	return false;
}

void vector_free(struct vector *v)
{
	json_free(&v->json);
	buf_free(&v->text);
}

const struct json_token *vector_at(const struct vector *v, const char *place)
{
	const struct json_token *t = json_root(&v->json);
	char key[64];

	while (*place && t) {
		size_t n = strcspn(place, "/");

		(void)snprintf(key, sizeof(key), "%.*s", (int)n, place);
		t = json_member(&v->json, t, key);
		place += n + (place[n] == '/');
	}
	if (!t)
		printf("# nothing is at %s\n", key);
	return t;
}

char *vector_string(const struct vector *v, const char *place)
{
	const struct json_token *t = vector_at(v, place);
	char *text = t ? malloc(v->json.len) : NULL;

	if (text && json_string(&v->json, t, text, v->json.len) == 0)
		return text;
	printf("# %s is no string\n", place);
	free(text);
	return NULL;
}

char *vector_json(const struct vector *v, const char *place)
{
	const struct json_token *t = vector_at(v, place);

	return t ? strndup(v->json.text + t->start, t->end - t->start) : NULL;
}

static bool same_members(const struct json *a, const struct json_token *ta,
			 const struct json *b, const struct json_token *tb)
{
	const struct json_token *k = json_first(a, ta), *va, *vb;
	char key[128];

	while (k) {
		if (json_string(a, k, key, sizeof(key)) < 0)
			return false;
		va = json_next(a, ta, k);
		vb = json_member(b, tb, key);
		if (!vb || !vector_same(a, va, b, vb))
			return false;
		k = json_next(a, ta, va);
	}
	return true;
}

static bool same_elements(const struct json *a, const struct json_token *ta,
			  const struct json *b, const struct json_token *tb)
{
	const struct json_token *ea = json_first(a, ta), *eb = json_first(b, tb);

	while (ea && eb && vector_same(a, ea, b, eb)) {
		ea = json_next(a, ta, ea);
		eb = json_next(b, tb, eb);
	}
	return !ea && !eb;
}

bool vector_same(const struct json *a, const struct json_token *ta,
		 const struct json *b, const struct json_token *tb)
{
	char *text;
	bool same;

	if (!ta || !tb || ta->type != tb->type || ta->count != tb->count)
		return false;
	if (ta->type == JSON_OBJECT)
		return same_members(a, ta, b, tb);
	if (ta->type == JSON_ARRAY)
		return same_elements(a, ta, b, tb);
	if (ta->type != JSON_STRING)
		return ta->end - ta->start == tb->end - tb->start &&
		       memcmp(a->text + ta->start, b->text + tb->start,
			      ta->end - ta->start) == 0;
	text = malloc(a->len + 1);
	same = text && json_string(a, ta, text, a->len + 1) == 0 &&
	       json_equals(b, tb, text);
	free(text);
	return same;
}

void text_free(char **text)
{
	free(*text);
	*text = NULL;
}

char *text_replace(const char *text, const char *old, const char *new)
{
	const char *at = *old ? strstr(text, old) : text + strlen(text);
	char *ret;

	if (!at || (*old && strstr(at + 1, old))) {
		printf("# '%s' is not there once\n", old);
		return NULL;
	}
	if (asprintf(&ret, "%.*s%s%s", (int)(at - text), text, new,
		     at + strlen(old)) < 0)
		return NULL;
	return ret;
}

struct secret secret_hex(const char *hex)
{
	struct secret s = { 0 };

	if (secret_alloc(&s, strlen(hex) / 2) < 0 ||
	    hex_decode(hex, strlen(hex), s.data, s.len) < 0)
		abort();
	return s;
}

struct secret secret_text(const char *text)
{
	struct secret s = { 0 };

	if (secret_copy(&s, text, strlen(text)) < 0)
		abort();
	return s;
}

bool equals_hex(const void *p, size_t len, const char *hex)
{
	cleanup_buf struct buf b = BUF(1 << 16);
	const char *text;

	buf_hex(&b, p, len);
	text = buf_cstr(&b);
	if (text && strcmp(text, hex) == 0)
		return true;
	printf("#   is     %s\n#   should %s\n", text ? text : "?", hex);
	return false;
}
