/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text; what is accepted is walked through with every accessor. */
#include <string.h>

#include "json.h"

#define TEXT_MAX	4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_value(const struct json *j, const struct json_token *t)
{
	char text[TEXT_MAX];
	uint64_t number;
	bool truth;

	assert(t->start <= t->end && t->end <= j->len);
	assert(t->next > (size_t)(t - j->tokens) && t->next <= j->count);
	if (json_string(j, t, text, sizeof(text)) == 0) {
		assert(strlen(text) <= t->end - t->start);
		assert(json_equals(j, t, text));
	}
	if (json_copy(j, t, text, sizeof(text)))
		assert(strlen(text) == t->end - t->start);
	assert(json_u64(j, t, UINT32_MAX, &number) < 0 || number <= UINT32_MAX);
	assert((json_bool(j, t, &truth) == 0) ==
	       (t->type == JSON_TRUE || t->type == JSON_FALSE));
}

/* Each member is found by its key: no other has the same one. */
static void walk(const struct json *j, const struct json_token *t)
{
	static const char *const none[] = { NULL };
	const struct json_token *child = json_first(j, t);
	struct reason why = { 0 };
	char key[TEXT_MAX];
	uint32_t n = 0;

	read_value(j, t);
	assert(json_only(j, t, none, CODE_RESOURCE, &why) ==
	       (t->type == JSON_OBJECT && t->count == 0));
	for (; child; n++) {
		if (t->type == JSON_OBJECT) {
			const struct json_token *value = json_next(j, t, child);

			assert(child->type == JSON_STRING && value);
			read_value(j, child);
			if (n < 64 && json_string(j, child, key,
						  sizeof(key)) == 0)
				assert(json_member(j, t, key) == value);
			child = value;
		}
		walk(j, child);
		child = json_next(j, t, child);
	}
	assert(n == t->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };

	if (json_parse(&j, (const char *)data, size, CODE_RESOURCE, &why) < 0) {
		assert(why.text[0] && !json_root(&j));
		return 0;
	}
	assert(json_root(&j)->next == j.count);
	walk(&j, json_root(&j));
	return 0;
}
