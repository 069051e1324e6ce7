/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A token.  First byte: 'T' for the token itself; else the rest is the JSON of
 * its claims, so that it is not behind base64.
 */
#include <string.h>

#include "buf.h"
#include "ear.h"
#include "encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ear *e)
{
	static const char *const words[] = {
		"affirming", "none", "warning", "contraindicated", "unknown",
	};
	size_t i, k;

	assert(e->count <= EAR_SUBMODS_MAX);
	for (i = 0; i < e->count; i++) {
		assert(memchr(e->submods[i].name, '\0',
			      sizeof(e->submods[i].name)));
		assert(memchr(e->submods[i].status, '\0',
			      sizeof(e->submods[i].status)));
	}
	for (k = 0; k < ARRAY_SIZE(words); k++)
		if (strcmp(ear_status(e), words[k]) == 0)
			break;
	assert(k < ARRAY_SIZE(words));
	/* Praise is for those alone of whom all is praised. */
	for (i = 0; k == 0 && i < e->count; i++)
		assert(strcmp(e->submods[i].status, "affirming") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf token = BUF(1 << 20);
	struct reason why = { 0 };
	struct ear e;

	if (size == 0)
		return 0;
	if (data[0] == 'T') {
		buf_add(&token, data + 1, size - 1);
	} else {
		buf_str(&token, "e30.");
		buf_b64(&token, data + 1, size - 1, B64_URL);
		buf_str(&token, ".AA");
	}
	if (!buf_cstr(&token))
		return 0;
	memset(&e, 'x', sizeof(e));
	if (ear_parse(buf_cstr(&token), &e, &why) == 0)
		check(&e);
	else
		assert(why.code == CODE_KBS_PROTOCOL && why.text[0]);
	return 0;
}
