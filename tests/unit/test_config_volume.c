/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [volume]: nofail, and keys that no KBS holds. */
#include <stdio.h>

#include "config.h"
#include "keyprovider.h"
#include "test.h"

#define HEAD	"[agent]\ntee = tpm\n[kbs]\nurl = https://k\nca = /c\n"
#define KBS	"[volume r]\ndevice = /dev/vda\nkey = kbs:///a/b/c\n"
#define RANDOM	"[volume s]\ndevice = PARTLABEL=swap\nkey = random\n"
#define HASH	"4392712ba01368efdf14b05c76f9e4df0d53664630b5d48632ed17a137f39076"

/* Big, and the same for all tests. */
static struct config c;

static int parse(const char *text, struct reason *why)
{
	config_free(&c);
	return config_parse(text, strlen(text), "c", &c, why);
}

static void test_good(void)
{
	struct reason why = { 0 };
	const struct config_volume *v = c.volumes;

	REQUIRE(parse(HEAD KBS RANDOM "mkfs = swap\nnofail = yes\n"
		      "sector-size = 4096", &why) == 0);
	REQUIRE(c.volume_count == 2);
	CHECK_EQ_INT(v[0].type, VOLUME_LUKS2);
	CHECK(!v[0].nofail);
	CHECK_EQ_INT(v[1].type, VOLUME_RANDOM);
	CHECK_EQ_STR(v[1].key, "");
	CHECK_EQ_INT(v[1].mkfs, MKFS_SWAP);
	CHECK_EQ_INT(v[1].sector_size, 4096);
	CHECK(v[1].nofail);
	CHECK(key_provider_attesting(&c) != NULL);
	REQUIRE(parse(HEAD RANDOM "mkfs = xfs", &why) == 0);
	CHECK_EQ_INT(v[0].mkfs, MKFS_XFS);
	REQUIRE(parse(HEAD RANDOM, &why) == 0);
	CHECK_EQ_INT(v[0].mkfs, MKFS_NONE);
	config_free(&c);
}

static const struct {
	const char *text, *sentence;
} bad[] = {
	{ HEAD KBS "nofail = maybe", "c:9: 'nofail' is neither yes nor no" },
	{ HEAD KBS "mkfs = swap", "c:9: 'r' has mkfs = swap without key = random" },
	{ HEAD KBS "provision = if-permitted\nmkfs = swap",
	  "c:10: 'r' has mkfs = swap without key = random" },
	{ HEAD RANDOM "provision = if-permitted", "c:9: 's' has provision, which "
	  "is for luks2 with a key that is kept" },
	{ HEAD RANDOM "integrity = aead", "c:9: 's' has integrity, which is for "
	  "luks2" },
	{ HEAD RANDOM "salt = 00", "c:9: 's' needs roothash, hash-device and "
	  "data-blocks for verity, and not otherwise" },
	{ HEAD RANDOM "sector-size = 1024", "c:9: 's' has a sector-size other "
	  "than 512, 4096" },
	{ HEAD RANDOM "type = verity\nroothash = " HASH "\nhash-device = /dev/b\n"
	  "data-blocks = 9", "c:12: 's' needs a key for luks2, and only then" },
	{ HEAD "[volume s]\nkey = random\n"
	  "device = UUID=5f0c1f3e-6a55-4b0e-9d0f-7b1f5c6f0a11",
	  "c:8: 'UUID=5f0c1f3e-6a55-4b0e-9d0f-7b1f5c6f0a11' is that of a LUKS2 "
	  "header, which this volume has not" },
	{ HEAD "[volume s]\nkey = random\n", "c:8: 's' has no device" },
	{ HEAD "[volume s]\nkey = Random\n", "c:7: 'key' is not a URI" },
	{ HEAD "[tunnel s]\ncredentials = random\n",
	  "c:7: 'credentials' is not a URI" },
};

static void test_bad(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct reason why = { 0 };

		CASE(bad[i].text);
		CHECK_EQ_INT(parse(bad[i].text, &why), -EINVAL);
		CHECK_EQ_INT(why.code, CODE_CONFIG);
		CHECK_EQ_STR(why.text, bad[i].sentence);
	}
	config_free(&c);
}

static const struct test tests[] = {
	{ "good", test_good },
	{ "bad", test_bad },
};

TEST_MAIN(tests)
