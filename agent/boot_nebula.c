/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Nebula tunnel's way: the KBS has made the key, the owner the settings. */
#include "boot.h"
#include "log.h"

static int get(struct boot *b, const char *uri, struct nebula *n,
	       int (*parse)(const struct secret *text, struct nebula *ret,
			    struct reason *why))
{
	cleanup_secret struct secret resource = { 0 };
	struct reason why = { 0 };
	int r = key_provider_find(uri)->fetch(&b->session, uri, &resource);

	if (r < 0)
		return r;
	r = parse(&resource, n, &why);
	return r < 0 ? fail(r, why.code, "'%.100s': %.140s", uri, why.text) : 0;
}

int boot_fetch_nebula(struct boot *b, struct boot_tunnel *t)
{
	int r;

	r = get(b, t->config->credentials, &t->nebula, nebula_parse_credential);
	if (r == 0)
		r = get(b, t->config->settings, &t->nebula,
			nebula_parse_settings);
	return r < 0 ? r : boot_set_public_key(t, t->nebula.public_key);
}
