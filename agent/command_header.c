/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postern header: the verdict on a LUKS2 header, without its key. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "config.h"
#include "log.h"
#include "volume.h"

static void print_good(const struct volume *v, bool json)
{
	const struct luks_header *h = &v->header;
	const char *verdict = v->header_authenticated ? "authenticated" :
			      "profile-checked";

	printf(json ? "{\"result\":\"ok\",\"header\":\"%s\",\"uuid\":\"%s\","
	       "\"cipher\":\"%s\",\"key-bits\":%u,\"sector-size\":%u,"
	       "\"integrity\":\"%s\",\"keyslot\":%u,\"kdf\":\"%s\"}\n" :
	       "header        %s\nuuid          %s\ncipher        %s, %u bits, "
	       "sectors of %u bytes\nintegrity     %s\nkeyslot       %u, %s\n",
	       verdict, h->uuid, h->suite->cipher,
	       (h->suite->key_len - h->suite->mac_key_len) * 8, h->sector_size,
	       luks_integrity_name(h->suite->integrity), h->keyslot, h->kdf);
}

/* The reason has no character that JSON would escape once it is printable. */
static void print_bad(void)
{
	char text[REASON_TEXT_MAX], *p;

	log_escape(text, sizeof(text), failure()->text);
	for (p = text; *p; p++)
		if (*p == '"' || *p == '\\')
			*p = '\'';
	printf("{\"result\":\"%s\",\"reason\":\"%s\"}\n",
	       code_name(failure()->code), text);
}

int command_header(const struct options *o)
{
	struct config_volume config = { .sector_size = o->sector_size };
	enum luks_integrity integrity = LUKS_INTEGRITY_ANY;
	struct volume v;
	int r = 0;

	log_step(o->command);
	if (o->integrity && !luks_integrity_find(o->integrity, &integrity)) {
		fprintf(stderr, "postern: header: --integrity %.20s: none, "
			"hmac-sha256 or aead\n", o->integrity);
		return 2;
	}
	config.integrity = integrity;
	volume_init(&v, &config);
	if (o->descriptor)
		r = command_read_descriptor(o->descriptor, &v.descriptor);
	if (r == 0 && v.descriptor.provision)
		r = fail(-EBADMSG, CODE_RESOURCE, "'%s' is of a volume that is "
			 "still to be made", o->descriptor);
	if (r == 0)
		r = volume_examine(&v, o->argument);
	if (r == 0)
		print_good(&v, o->json);
	else if (o->json)
		print_bad();
	if (r < 0)
		log_failure(r, false);
	volume_free(&v);
	return r < 0 ? 1 : 0;
}
