/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"
#include "keyprovider.h"
#include "secret.h"

extern const struct key_provider key_provider_efi_secret, key_provider_kbs;

static const struct key_provider *const providers[] = {
	&key_provider_kbs, &key_provider_efi_secret, NULL
};

const struct key_provider *key_provider_find(const char *uri)
{
	size_t i;

	for (i = 0; providers[i]; i++)
		if (providers[i]->serves(uri))
			return providers[i];
	return NULL;
}

static const struct key_provider *attesting(const char *uri)
{
	const struct key_provider *p = key_provider_find(uri);

	return p && p->attest ? p : NULL;
}

const struct key_provider *key_provider_attesting(const struct config *c)
{
	const struct key_provider *p = NULL;
	bool any = c->tunnel_count > 0;
	size_t i;

	for (i = 0; i < c->volume_count && !p; i++) {
		any |= c->volumes[i].key[0] != '\0';
		p = attesting(c->volumes[i].key);
	}
	for (i = 0; i < c->tunnel_count && !p; i++)
		p = attesting(c->tunnels[i].credentials);
	return any ? p : &key_provider_kbs;
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
