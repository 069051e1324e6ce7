/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step "key": one request for each resource that the configuration names. */
#include "boot.h"
#include "log.h"

static int fetch_key(struct boot *b, struct volume *v)
{
	cleanup_secret struct secret resource = { 0 };
	const char *uri = v->config->key;
	const struct key_provider *provider = key_provider_find(uri);
	struct reason why = { 0 };
	int r;

	/* A retry does not ask again: the register may be another by then. */
	if (v->descriptor.key.data)
		return 0;
	r = provider->fetch(&b->session, uri, &resource);
	if (r < 0)
		return r;
	r = descriptor_parse(&resource, uri, &v->descriptor, &why);
	return r < 0 ? fail(r, why.code, "'%.100s': %.140s", uri, why.text) : 0;
}

/* A refusal that a volume may be skipped for is none of the boot's. */
static int fetch_or_skip(struct boot *b, struct volume *v)
{
	int r = volume_skip(v, fetch_key(b, v));

	if (volume_is_skipped(v)) {
		b->session.denied = false;
		b->session.retry_after = 0;
	}
	return r;
}

int boot_fetch(struct boot *b)
{
	size_t i;
	int r = 0;

	for (i = 0; i < b->volume_count && r == 0; i++)
		if (b->volumes[i].config->key[0] &&
		    !volume_is_skipped(&b->volumes[i]))
			r = fetch_or_skip(b, &b->volumes[i]);
	for (i = 0; i < b->tunnel_count && r == 0; i++)
		r = boot_fetch_tunnel(b, &b->tunnels[i]);
	return r;
}
