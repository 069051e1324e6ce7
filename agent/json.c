/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "json.h"
#include "json_text.h"

struct parser {
	struct json *j;
	size_t pos, cap;
	enum code code;
	struct reason *why;
};

static int bad(struct parser *p, const char *what)
{
	return reason_set(p->why, -EBADMSG, p->code, "JSON at byte %zu: %s",
			  p->pos, what);
}

/* The next character; NUL, which JSON never allows, stands for the end. */
static char peek(const struct parser *p)
{
	return p->pos < p->j->len ? p->j->text[p->pos] : '\0';
}

static void skip_space(struct parser *p)
{
	char c = peek(p);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		p->pos++;
		c = peek(p);
	}
}

static int add_token(struct parser *p, enum json_type type, size_t *ret_at)
{
	struct json *j = p->j;
	struct json_token *tokens;
	size_t cap;

	if (j->count == JSON_TOKENS_MAX)
		return reason_set(p->why, -EMSGSIZE, p->code,
				  "JSON of more than %d values", JSON_TOKENS_MAX);
	if (j->count == p->cap) {
		cap = p->cap ? p->cap * 2 : 64;
		tokens = realloc(j->tokens, cap * sizeof(*tokens));
		if (!tokens)
			return reason_set(p->why, -ENOMEM, CODE_INTERNAL,
					  "out of memory");
		j->tokens = tokens;
		p->cap = cap;
	}
	j->tokens[j->count] = (struct json_token){
		.type = type,
		.start = (uint32_t)p->pos,
		.next = (uint32_t)j->count + 1,
	};
	*ret_at = j->count++;
	return 0;
}

static int parse_string(struct parser *p)
{
	const char *end = p->j->text + p->j->len;
	size_t at, n;
	int r;

	if (peek(p) != '"')
		return bad(p, "a string is missing");
	p->pos++;
	r = add_token(p, JSON_STRING, &at);
	if (r < 0)
		return r;
	while (peek(p) != '"') {
		const char *s = p->j->text + p->pos;

		if (s == end)
			return bad(p, "a string does not end");
		if ((uint8_t)*s < 0x20)
			return bad(p, "a control character in a string");
		if (*s == '\\' && json_unescape(s, end, &n) == 0)
			return bad(p, "an escape that is not allowed");
		if (*s != '\\')
			n = utf8_len(s, end);
		if (n == 0)
			return bad(p, "a string that is not UTF-8");
		p->pos += n;
	}
	p->j->tokens[at].end = (uint32_t)p->pos;
	p->pos++;
	return 0;
}

static int compare_keys(const void *a, const void *b, void *json)
{
	const struct json *j = json;

	return json_compare(j, &j->tokens[*(const uint32_t *)a],
			    &j->tokens[*(const uint32_t *)b]);
}

/*
 * RFC 8259 4 leaves it open which of two members with one name counts, so two
 * readers of one text can see two things.  Sorted, because the other side
 * chooses how many there are.
 */
static int check_keys(struct parser *p, size_t object)
{
	struct json *j = p->j;
	size_t count = j->tokens[object].count, at = object + 1, i;
	cleanup_free uint32_t *keys = NULL;

	if (count < 2)
		return 0;
	keys = calloc(count, sizeof(*keys));
	if (!keys)
		return reason_set(p->why, -ENOMEM, CODE_INTERNAL,
				  "out of memory");
	for (i = 0; i < count; i++) {
		keys[i] = (uint32_t)at;
		at = j->tokens[at + 1].next;
	}
	qsort_r(keys, count, sizeof(*keys), compare_keys, j);
	for (i = 1; i < count; i++) {
		if (compare_keys(&keys[i - 1], &keys[i], j) != 0)
			continue;
		p->pos = j->tokens[keys[i]].start;
		return bad(p, "an object has the same key twice");
	}
	return 0;
}

/* --- values --- */

static size_t skip_digits(struct parser *p)
{
	size_t start = p->pos;

	while (peek(p) >= '0' && peek(p) <= '9')
		p->pos++;
	return p->pos - start;
}

/* RFC 8259 6. */
static int parse_number(struct parser *p)
{
	size_t at;
	int r;

	r = add_token(p, JSON_NUMBER, &at);
	if (r < 0)
		return r;
	if (peek(p) == '-')
		p->pos++;
	if (peek(p) == '0')
		p->pos++;
	else if (skip_digits(p) == 0)
		return bad(p, "a value is missing");
	if (peek(p) == '.') {
		p->pos++;
		if (skip_digits(p) == 0)
			return bad(p, "a number without digits after its point");
	}
	if (peek(p) == 'e' || peek(p) == 'E') {
		p->pos++;
		if (peek(p) == '+' || peek(p) == '-')
			p->pos++;
		if (skip_digits(p) == 0)
			return bad(p, "a number without an exponent");
	}
	p->j->tokens[at].end = (uint32_t)p->pos;
	return 0;
}

static int parse_literal(struct parser *p, enum json_type type,
			 const char *word)
{
	size_t len = strlen(word), at;
	int r;

	if (p->j->len - p->pos < len ||
	    strncmp(p->j->text + p->pos, word, len) != 0)
		return bad(p, "a word that is not true, false or null");
	r = add_token(p, type, &at);
	if (r < 0)
		return r;
	p->pos += len;
	p->j->tokens[at].end = (uint32_t)p->pos;
	return 0;
}

static int parse_value(struct parser *p, unsigned depth);

static int parse_element(struct parser *p, bool member, unsigned depth)
{
	int r;

	skip_space(p);
	if (member) {
		r = parse_string(p);
		if (r < 0)
			return r;
		skip_space(p);
		if (peek(p) != ':')
			return bad(p, "a colon is missing");
		p->pos++;
	}
	r = parse_value(p, depth);
	if (r < 0)
		return r;
	skip_space(p);
	return 0;
}

static int parse_container(struct parser *p, enum json_type type,
			   unsigned depth)
{
	char close = type == JSON_OBJECT ? '}' : ']';
	uint32_t count = 0;
	size_t at;
	int r;

	if (depth == JSON_DEPTH_MAX)
		return bad(p, "nested too deeply");
	r = add_token(p, type, &at);
	if (r < 0)
		return r;
	p->pos++;
	skip_space(p);
	while (count > 0 || peek(p) != close) {
		r = parse_element(p, type == JSON_OBJECT, depth + 1);
		if (r < 0)
			return r;
		count++;
		if (peek(p) == close)
			break;
		if (peek(p) != ',')
			return bad(p, "a comma or a closing bracket is missing");
		p->pos++;
	}
	p->pos++;
	p->j->tokens[at].end = (uint32_t)p->pos;
	p->j->tokens[at].next = (uint32_t)p->j->count;
	p->j->tokens[at].count = count;
	return type == JSON_OBJECT ? check_keys(p, at) : 0;
}

/* Recursion is bounded by JSON_DEPTH_MAX, in parse_container(). */
static int parse_value(struct parser *p, unsigned depth)
{
	skip_space(p);
	switch (peek(p)) {
	case '{':
		return parse_container(p, JSON_OBJECT, depth);
	case '[':
		return parse_container(p, JSON_ARRAY, depth);
	case '"':
		return parse_string(p);
	case 't':
		return parse_literal(p, JSON_TRUE, "true");
	case 'f':
		return parse_literal(p, JSON_FALSE, "false");
	case 'n':
		return parse_literal(p, JSON_NULL, "null");
	default:
		return parse_number(p);
	}
}

int json_parse(struct json *j, const char *text, size_t len, enum code code,
	       struct reason *why)
{
	cleanup_json struct json new = { .text = text, .len = len };
	struct parser p = { .j = &new, .code = code, .why = why };
	int r;

	if (len > UINT32_MAX)
		return reason_set(why, -EMSGSIZE, code, "JSON of %zu bytes",
				  len);
	r = parse_value(&p, 0);
	if (r < 0)
		return r;
	skip_space(&p);
	if (p.pos != len)
		return bad(&p, "text after the value");
	*j = new;
	new = (struct json){ 0 };
	return 0;
}

void json_free(struct json *j)
{
	free(j->tokens);
	*j = (struct json){ 0 };
}
