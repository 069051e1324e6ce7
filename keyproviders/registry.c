/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto.h"
#include "keyprovider.h"
#include "secret.h"

extern const struct key_provider key_provider_kbs;

static const struct key_provider *const providers[] = {
	&key_provider_kbs, NULL
};

const struct key_provider *key_provider_find(const char *uri)
{
	size_t i;

	for (i = 0; providers[i]; i++)
		if (providers[i]->serves(uri))
			return providers[i];
	return NULL;
}

void session_free(struct session *s)
{
	size_t i;

	for (i = 0; providers[i]; i++)
		if (providers[i]->close)
			providers[i]->close(s);
	tee_key_free(s->tee_key);
	s->tee_key = NULL;
	buf_free(&s->nonce);
}
