/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "luks_edit.h"

#define CSUM_OFFSET	448
#define CSUM_LEN	64

bool luks_edit_load(struct luks_edit *e, const char *name)
{
	char path[256];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), FIXTURES "%s.hdr", name);
	f = fopen(path, "rbe");
	if (!f) {
		printf("# cannot open %s, which is relative to the top\n", path);
		return false;
	}
	n = fread(e->area, 1, sizeof(e->area), f);
	(void)fclose(f);
	return n == sizeof(e->area);
}

void luks_edit_put(struct luks_edit *e, unsigned copies, size_t offset,
		   const void *data, size_t len)
{
	unsigned i;

	assert(offset + len <= LUKS_COPY_LEN);
	for (i = 0; i < 2; i++)
		if (copies & 1U << i)
			memcpy(e->area + i * LUKS_COPY_LEN + offset, data, len);
}

const char *luks_edit_json(const struct luks_edit *e)
{
	return (const char *)e->area + LUKS_BINARY_LEN;
}

void luks_edit_set_json(struct luks_edit *e, unsigned copies, const char *text,
			size_t len)
{
	char area[LUKS_JSON_LEN] = "";

	assert(len <= sizeof(area));
	memcpy(area, text, len);
	luks_edit_put(e, copies, LUKS_BINARY_LEN, area, sizeof(area));
}

bool luks_edit_replace(struct luks_edit *e, unsigned copies, const char *old,
		       const char *new)
{
	const char *json = luks_edit_json(e), *at = strstr(json, old);
	char text[LUKS_JSON_LEN + 1];
	int n;

	if (!at || strstr(at + 1, old)) {
		printf("# '%s' is not in the JSON once\n", old);
		return false;
	}
	n = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - json), json,
		     new, at + strlen(old));
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	luks_edit_set_json(e, copies, text, (size_t)n);
	return true;
}

void luks_edit_repair(struct luks_edit *e)
{
	struct digest d;
	size_t at;

	for (at = 0; at < LUKS_AREA_LEN; at += LUKS_COPY_LEN) {
		uint8_t *copy = e->area + at;

		memset(copy + CSUM_OFFSET, 0, CSUM_LEN);
		if (hash(HASH_SHA256, copy, LUKS_COPY_LEN, &d) < 0)
			abort();
		memcpy(copy + CSUM_OFFSET, d.bytes, hash_len(HASH_SHA256));
	}
}

const char *luks_edit_verdict(struct luks_edit *e,
			      const struct luks_profile *p, uint64_t size)
{
	static const struct luks_profile any;
	int r;

	e->why = (struct reason){ 0 };
	r = luks_header_parse(e->area, sizeof(e->area), size, p ? p : &any,
			      &e->header, &e->why);
	/* A refusal has a sentence, and nothing else has one. */
	if ((r < 0) != (e->why.text[0] != '\0') || (r < 0 && r != -EBADMSG))
		return "a reason that does not fit the result";
	e->verdict = code_name(e->why.code);
	return e->verdict;
}
