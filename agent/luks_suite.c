/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "luks_suite.h"

/*
 * Tags hold the random IV, where there is one, and the authentication tag
 * (Documentation/admin-guide/device-mapper/dm-crypt.rst of Linux 6.12; the
 * names of the tables are what libcryptsetup 2.8 makes of the header's).
 */
const struct luks_suite luks_suites[] = {
	{ LUKS_INTEGRITY_NONE, "aes-xts-plain64", NULL, "aes-xts-plain64",
	  64, 0, 0 },
	{ LUKS_INTEGRITY_HMAC_SHA256, "aes-xts-plain64", "hmac(sha256)",
	  "capi:authenc(hmac(sha256),xts(aes))-plain64", 96, 32, 32 },
	{ LUKS_INTEGRITY_AEAD, "aes-gcm-random", "aead", "capi:gcm(aes)-random",
	  32, 0, 12 + 16 },
	{ LUKS_INTEGRITY_AEAD, "aegis128-random", "aead",
	  "capi:aegis128-random", 16, 0, 16 + 16 },
	{ 0 },
};

static const char *const names[] = {
	[LUKS_INTEGRITY_NONE] = "none",
	[LUKS_INTEGRITY_HMAC_SHA256] = "hmac-sha256",
	[LUKS_INTEGRITY_AEAD] = "aead",
};

const struct luks_suite *luks_suite_find(const char *cipher, const char *type)
{
	const struct luks_suite *s;

	for (s = luks_suites; s->cipher; s++)
		if (strcmp(s->cipher, cipher) == 0 &&
		    (s->type && type ? strcmp(s->type, type) == 0 :
		     s->type == type))
			return s;
	return NULL;
}

const struct luks_suite *luks_suite_named(const char *cipher,
					  enum luks_integrity integrity)
{
	const struct luks_suite *s;

	for (s = luks_suites; s->cipher; s++)
		if (s->integrity == integrity && strcmp(s->cipher, cipher) == 0)
			return s;
	return NULL;
}

const char *luks_integrity_name(enum luks_integrity integrity)
{
	assert(integrity < ARRAY_SIZE(names));
	return names[integrity];
}

bool luks_integrity_find(const char *name, enum luks_integrity *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) != 0)
			continue;
		*ret = (enum luks_integrity)i;
		return true;
	}
	return false;
}
