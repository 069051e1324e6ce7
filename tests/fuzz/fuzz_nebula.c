/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first byte chooses: a credential, or the settings. */
#include <string.h>

#include "nebula.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What goes into YAML between quotes. */
static void check_words(const struct nebula *n)
{
	size_t i;

	assert(n->lighthouse_count <= NEBULA_LIGHTHOUSES_MAX);
	assert(n->inbound_count <= NEBULA_RULES_MAX);
	for (i = 0; i < n->lighthouse_count; i++)
		assert(!strpbrk(n->lighthouses[i].address, "\"\\\n"));
	for (i = 0; i < n->inbound_count; i++)
		assert(n->inbound[i].port[0] && n->inbound[i].proto[0] &&
		       !strpbrk(n->inbound[i].port, "\"\\\n") &&
		       !strpbrk(n->inbound[i].group, "\"\\\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nebula n;
	cleanup_secret struct secret text = { 0 };
	struct reason why = { 0 };
	int r;

	if (size < 2 || secret_copy(&text, data + 1, size - 1) < 0)
		return 0;
	r = data[0] & 1 ? nebula_parse_credential(&text, &n, &why) :
	    nebula_parse_settings(&text, &n, &why);
	assert(r == 0 || why.code);
	if (r == 0)
		check_words(&n);
	nebula_free(&n);
	return 0;
}
