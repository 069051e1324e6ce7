/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step "key": one request for each resource that the configuration names. */
#include <stdio.h>

#include "boot.h"
#include "crypto.h"
#include "encode.h"
#include "log.h"

static int fetch_key(struct boot *b, struct volume *v)
{
	cleanup_secret struct secret resource = { 0 };
	const char *uri = v->config->key;
	const struct key_provider *provider = key_provider_find(uri);
	struct reason why = { 0 };
	int r;

	/* What needs no attestation is the same after a retry, or gone. */
	if (!provider->attest && v->descriptor.key.data)
		return 0;
	secret_free(&v->descriptor.key);
	r = provider->fetch(&b->session, uri, &resource);
	if (r < 0)
		return r;
	r = descriptor_parse(&resource, uri, &v->descriptor, &why);
	return r < 0 ? fail(r, why.code, "'%.100s': %.140s", uri, why.text) : 0;
}

static int fetch_tunnel(struct boot *b, struct boot_tunnel *t)
{
	cleanup_secret struct secret resource = { 0 };
	cleanup_buf struct buf text = BUF(sizeof(t->public_key));
	const char *uri = t->config->credentials;
	const struct key_provider *provider = key_provider_find(uri);
	uint8_t public_key[TUNNEL_KEY_LEN];
	struct reason why = { 0 };
	int r;

	if (!provider->attest && t->public_key[0])
		return 0;
	tunnel_free(&t->credentials);
	r = provider->fetch(&b->session, uri, &resource);
	if (r < 0)
		return r;
	r = tunnel_parse(&resource, &t->credentials, &why);
	if (r < 0)
		return fail(r, why.code, "'%.100s': %.140s", uri, why.text);
	r = x25519_public(&t->credentials.private_key, public_key);
	if (r < 0)
		return fail(r, CODE_TUNNEL, "cannot make the public key");
	buf_b64(&text, public_key, sizeof(public_key), B64_STD);
	(void)snprintf(t->public_key, sizeof(t->public_key), "%s",
		       buf_cstr(&text));
	return 0;
}

int boot_fetch(struct boot *b)
{
	size_t i;
	int r = 0;

	for (i = 0; i < b->volume_count && r == 0; i++)
		if (b->volumes[i].config->key[0])
			r = fetch_key(b, &b->volumes[i]);
	for (i = 0; i < b->tunnel_count && r == 0; i++)
		r = fetch_tunnel(b, &b->tunnels[i]);
	return r;
}
