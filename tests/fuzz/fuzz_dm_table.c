/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table that the kernel shows.  First byte: 'V' for a verity target, '4' for
 * a crypt target with large sectors, else one with small ones.  Of all texts
 * one alone is right, up to the spaces between its words.
 */
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "dm.h"

#define UUID	"b7b439c1-6377-491f-995e-f1a2433492ff"
#define HASH	"4392712ba01368efdf14b05c76f9e4df0d53664630b5d48632ed17a137f39076"
#define CRYPT	"aes-xts-plain64 :64:logon:cryptsetup:" UUID "-d0 0 253:17 32768"
#define VERITY	"1 8:1 8:2 4096 4096 262144 1 sha256 " HASH " -"
#define MIB	((uint64_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_crypt(struct dm_target *t, unsigned sector_size,
		       struct reason *why)
{
	const struct dm_crypt_expected e = {
		.cipher = "aes-xts-plain64", .key_len = 64, .uuid = UUID,
		.device = makedev(253, 17), .size = 48 * MIB,
		.offset = 16 * MIB, .sector_size = sector_size,
	};

	(void)snprintf(t->type, sizeof(t->type), "crypt");
	t->length = 98304;
	return dm_check_crypt(t, &e, why);
}

static int check_verity(struct dm_target *t, struct reason *why)
{
	const struct dm_verity_expected e = {
		.data = makedev(8, 1), .hash = makedev(8, 2),
		.data_blocks = 262144, .hash_block = 1, .root_hash = HASH,
		.salt = "-",
	};

	(void)snprintf(t->type, sizeof(t->type), "verity");
	t->length = 2097152;
	return dm_check_verity(t, &e, why);
}

/* The same words. */
static bool same(const char *a, const char *b)
{
	size_t n;

	do {
		a += strspn(a, " ");
		b += strspn(b, " ");
		n = strcspn(a, " ");
		if (n != strcspn(b, " ") || memcmp(a, b, n) != 0)
			return false;
		a += n;
		b += n;
	} while (n > 0);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char kind = size > 0 ? (char)data[0] : '\0';
	const char *want = CRYPT;
	struct dm_target t = { 0 };
	struct reason why = { 0 };
	int r;

	if (size > 1)
		memcpy(t.params, data + 1, MIN(size - 1, sizeof(t.params) - 1));
	if (kind == 'V') {
		want = VERITY;
		r = check_verity(&t, &why);
	} else if (kind == '4') {
		want = CRYPT " 1 sector_size:4096";
		r = check_crypt(&t, 4096, &why);
	} else {
		r = check_crypt(&t, 512, &why);
	}
	assert((r == 0) == same(t.params, want));
	assert((r == 0) == !why.code && (r == 0 || why.text[0]));
	return 0;
}
