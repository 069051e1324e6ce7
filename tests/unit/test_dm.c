/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's table against the one that was asked for: a word at a time. */
#include <stdio.h>
#include <sys/sysmacros.h>

#include "dm.h"
#include "test.h"

#define UUID	"b7b439c1-6377-491f-995e-f1a2433492ff"
#define HASH	"4392712ba01368efdf14b05c76f9e4df0d53664630b5d48632ed17a137f39076"
#define MIB	((uint64_t)1024 * 1024)

static struct dm_crypt_expected crypt_wanted(void)
{
	return (struct dm_crypt_expected){
		.cipher = "aes-xts-plain64", .key_len = 64, .uuid = UUID,
		.device = makedev(253, 17), .size = 48 * MIB,
		.offset = 16 * MIB, .sector_size = 512,
	};
}

static struct dm_verity_expected verity_wanted(void)
{
	return (struct dm_verity_expected){
		.data = makedev(8, 1), .hash = makedev(259, 70000),
		.data_blocks = 262144, .hash_block = 1, .root_hash = HASH,
		.salt = "-",
	};
}

#define CRYPT	"aes-xts-plain64 :64:logon:cryptsetup:" UUID "-d0 0 253:17 32768"
#define VERITY	"1 8:1 259:70000 4096 4096 262144 1 sha256 " HASH " -"

static struct dm_target target(const char *type, uint64_t length,
			       const char *params)
{
	struct dm_target t = { .length = length };

	(void)snprintf(t.type, sizeof(t.type), "%s", type);
	(void)snprintf(t.params, sizeof(t.params), "%s", params);
	return t;
}

/* The verdict, and that a refusal has code and sentence. */
static bool verdict(int r, const struct reason *why)
{
	CHECK(r == 0 || r == -EBADMSG);
	CHECK_EQ_INT(why->code, r ? CODE_TABLE : CODE_NONE);
	CHECK((r != 0) == (why->text[0] != '\0'));
	return r == 0;
}

static bool crypt_ok(const struct dm_target *t,
		     const struct dm_crypt_expected *e, struct reason *why)
{
	*why = (struct reason){ 0 };
	return verdict(dm_check_crypt(t, e, why), why);
}

static bool verity_ok(const struct dm_target *t,
		      const struct dm_verity_expected *e, struct reason *why)
{
	*why = (struct reason){ 0 };
	return verdict(dm_check_verity(t, e, why), why);
}

/* --- the words --- */

#define TABLE	"the kernel's table has "
#define KEYRING	":64:logon:cryptsetup:" UUID "-d0"

static const struct {
	const char *params, *sentence;
} crypts[] = {
	{ "serpent-xts-plain64 " KEYRING " 0 253:17 32768",
	  TABLE "cipher 'serpent-xts-plain64' instead of 'aes-xts-plain64'" },
	{ "cipher_null-ecb - 0 253:17 32768",
	  TABLE "cipher 'cipher_null-ecb' instead of 'aes-xts-plain64'" },
	{ "capi:xts(aes)-plain64 " KEYRING " 0 253:17 32768",
	  TABLE "cipher 'capi:xts(aes)-plain64' instead of 'aes-xts-plain64'" },
	{ "aes-xts-plain64 - 0 253:17 32768",
	  TABLE "key '-' instead of '" KEYRING "'" },
	{ "aes-xts-plain64 :32:logon:cryptsetup:" UUID "-d0 0 253:17 32768",
	  TABLE "key ':32:logon:cryptsetup:" UUID "-d0' instead of '" KEYRING
	  "'" },
	{ "aes-xts-plain64 :64:user:cryptsetup:" UUID "-d0 0 253:17 32768",
	  TABLE "key ':64:user:cryptsetup:" UUID "-d0' instead of '" KEYRING
	  "'" },
	{ "aes-xts-plain64 :64:logon:cryptsetup:" UUID "-d1 0 253:17 32768",
	  TABLE "key ':64:logon:cryptsetup:" UUID "-d1' instead of '" KEYRING
	  "'" },
	{ "aes-xts-plain64 " KEYRING " 8 253:17 32768",
	  TABLE "IV offset '8' instead of '0'" },
	{ "aes-xts-plain64 " KEYRING " 00 253:17 32768",
	  TABLE "IV offset '00' instead of '0'" },
	{ "aes-xts-plain64 " KEYRING " 0 253:18 32768",
	  TABLE "device '253:18' instead of '253:17'" },
	{ "aes-xts-plain64 " KEYRING " 0 253:1 32768",
	  TABLE "device '253:1' instead of '253:17'" },
	{ "aes-xts-plain64 " KEYRING " 0 /dev/vda 32768",
	  TABLE "device '/dev/vda' instead of '253:17'" },
	{ "aes-xts-plain64 " KEYRING " 0 253:17 32760",
	  TABLE "offset '32760' instead of '32768'" },
	{ "aes-xts-plain64 " KEYRING " 0 253:17",
	  TABLE "offset '' instead of '32768'" },
	{ CRYPT " 1 allow_discards", TABLE "option '1' instead of ''" },
	{ CRYPT " 0", TABLE "option '0' instead of ''" },
	{ CRYPT " 1 integrity:28:aead", TABLE "option '1' instead of ''" },
	{ CRYPT " 1 sector_size:512", TABLE "option '1' instead of ''" },
	{ "", TABLE "cipher '' instead of 'aes-xts-plain64'" },
};

static void test_crypt(void)
{
	const struct dm_crypt_expected e = crypt_wanted();
	struct dm_target t = target("crypt", 98304, CRYPT);
	struct reason why;
	size_t i;

	CHECK(crypt_ok(&t, &e, &why));
	for (i = 0; i < ARRAY_SIZE(crypts); i++) {
		CASE(crypts[i].params);
		t = target("crypt", 98304, crypts[i].params);
		CHECK(!crypt_ok(&t, &e, &why));
		CHECK_EQ_STR(why.text, crypts[i].sentence);
	}
}

static void test_crypt_4096(void)
{
	static const char *const options[] = {
		"", " 1", " 1 sector_size:2048", " 1 sector_size:40960",
		" 2 sector_size:4096 allow_discards",
		" 1 sector_size:4096 allow_discards",
		" 2 sector_size:4096 iv_large_sectors", " 1 iv_large_sectors",
	};
	struct dm_crypt_expected e = crypt_wanted();
	struct dm_target t = target("crypt", 98304, CRYPT " 1 sector_size:4096");
	struct reason why;
	char params[256];
	size_t i;

	e.sector_size = 4096;
	CHECK(crypt_ok(&t, &e, &why));
	/* What does not make up a sector is not mapped. */
	e.size += 4095;
	CHECK(crypt_ok(&t, &e, &why));
	e.size++;
	CHECK(!crypt_ok(&t, &e, &why));
	e.size -= 4096;
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		CASE(options[i]);
		(void)snprintf(params, sizeof(params), CRYPT "%s", options[i]);
		t = target("crypt", 98304, params);
		CHECK(!crypt_ok(&t, &e, &why));
	}
}

static const struct {
	const char *params, *sentence;
} verities[] = {
	{ "0 8:1 259:70000 4096 4096 262144 1 sha256 " HASH " -",
	  TABLE "version '0' instead of '1'" },
	{ "1 8:2 259:70000 4096 4096 262144 1 sha256 " HASH " -",
	  TABLE "data device '8:2' instead of '8:1'" },
	{ "1 8:1 259:70001 4096 4096 262144 1 sha256 " HASH " -",
	  TABLE "hash device '259:70001' instead of '259:70000'" },
	{ "1 8:1 259:70000 512 4096 262144 1 sha256 " HASH " -",
	  TABLE "data block size '512' instead of '4096'" },
	{ "1 8:1 259:70000 4096 1024 262144 1 sha256 " HASH " -",
	  TABLE "hash block size '1024' instead of '4096'" },
	{ "1 8:1 259:70000 4096 4096 262143 1 sha256 " HASH " -",
	  TABLE "size '262143' instead of '262144'" },
	{ "1 8:1 259:70000 4096 4096 262144 2 sha256 " HASH " -",
	  TABLE "hash start '2' instead of '1'" },
	{ "1 8:1 259:70000 4096 4096 262144 1 sha1 " HASH " -",
	  TABLE "algorithm 'sha1' instead of 'sha256'" },
	{ "1 8:1 259:70000 4096 4096 262144 1 sha256 00 -",
	  TABLE "root hash '00' instead of '4392712ba01368efdf14b05c76f9e4df0d53"
	  "664630b5d48632ed17a137f3'" },
	{ "1 8:1 259:70000 4096 4096 262144 1 sha256 " HASH " 00",
	  TABLE "salt '00' instead of '-'" },
	{ "1 8:1 259:70000 4096 4096 262144 1 sha256 " HASH,
	  TABLE "salt '' instead of '-'" },
	{ VERITY " 1 ignore_corruption", TABLE "option '1' instead of ''" },
	{ VERITY " 1 check_at_most_once", TABLE "option '1' instead of ''" },
	{ VERITY " 1 ignore_zero_blocks", TABLE "option '1' instead of ''" },
	{ "", TABLE "version '' instead of '1'" },
};

#define TAGS	"253:17 32768 32 J "
#define OWN	"journal_sectors:1024 interleave_sectors:32768 " \
		"buffer_sectors:128 journal_watermark:50 commit_time:10000"

/* As Linux 6.12 shows it, and other ones. */
static void test_integrity(void)
{
	static const struct {
		const char *params, *sentence;	/* NULL: good */
	} cases[] = {
		{ TAGS "7 block_size:4096 " OWN " fix_padding", NULL },
		{ TAGS "6 block_size:4096 " OWN, NULL },
		{ TAGS "6 " OWN " fix_padding", "no option 'block_size:4096'" },
		{ TAGS "7 block_size:512 " OWN, "option 'block_size:512'" },
		{ TAGS "7 block_size:4096 recalculate " OWN, "'recalculate'" },
		{ TAGS "7 block_size:4096 allow_discards " OWN, "'allow_discards'" },
		{ TAGS "7 block_size:4096 " OWN " internal_hash:crc32c",
		  "'internal_hash:crc32c'" },
		{ TAGS "7 meta_device:8:1 block_size:4096 " OWN, "'meta_device:8:1'" },
		{ "253:17 32768 32 D 3 block_size:4096", "mode 'D'" },
		{ "253:17 32768 32 B 3 block_size:4096", "mode 'B'" },
		{ "253:17 32768 28 J 3 block_size:4096", "tag size '28'" },
		{ "253:17 32776 32 J 3 block_size:4096", "offset '32776'" },
		{ "253:18 32768 32 J 3 block_size:4096", "device '253:18'" },
		{ "", "device ''" },
	};
	const struct dm_integrity_expected e = {
		.device = makedev(253, 17), .offset = 16 * MIB, .size = 40 * MIB,
		.sector_size = 4096, .tag_len = 32,
	};
	struct dm_target t;
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].params);
		t = target("integrity", 81920, cases[i].params);
		why = (struct reason){ 0 };
		CHECK(verdict(dm_check_integrity(&t, &e, &why), &why) ==
		      !cases[i].sentence);
		CHECK(!cases[i].sentence || strstr(why.text, cases[i].sentence));
	}
	t = target("integrity", 81912, cases[0].params);
	CHECK(!verdict(dm_check_integrity(&t, &e, &why), &why));
	t = target("linear", 81920, cases[0].params);
	CHECK(!verdict(dm_check_integrity(&t, &e, &why), &why));
}

static void test_crypt_tags(void)
{
	static const char *const options[] = {
		"", " 1 sector_size:4096", " 1 integrity:32:aead",
		" 2 integrity:28:aead sector_size:4096",
		" 2 integrity:32:none sector_size:4096",
		" 3 integrity:32:aead sector_size:4096 allow_discards",
	};
	struct dm_crypt_expected e = crypt_wanted();
	struct dm_target t = target("crypt", 98304, CRYPT
				    " 2 integrity:32:aead sector_size:4096");
	struct reason why;
	char params[256];
	size_t i;

	e.tag_len = 32;
	e.sector_size = 4096;
	CHECK(crypt_ok(&t, &e, &why));
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		CASE(options[i]);
		(void)snprintf(params, sizeof(params), CRYPT "%s", options[i]);
		t = target("crypt", 98304, params);
		CHECK(!crypt_ok(&t, &e, &why));
	}
	e.sector_size = 512;
	t = target("crypt", 98304, CRYPT " 1 integrity:32:aead");
	CHECK(crypt_ok(&t, &e, &why));
}

static void test_verity(void)
{
	struct dm_verity_expected e = verity_wanted();
	struct dm_target t = target("verity", 2097152, VERITY);
	struct reason why;
	size_t i;

	CHECK(verity_ok(&t, &e, &why));
	for (i = 0; i < ARRAY_SIZE(verities); i++) {
		CASE(verities[i].params);
		t = target("verity", 2097152, verities[i].params);
		CHECK(!verity_ok(&t, &e, &why));
		CHECK_EQ_STR(why.text, verities[i].sentence);
	}
	CASE("salt");
	t = target("verity", 2097152, "1 8:1 259:70000 4096 4096 262144 1 sha256 "
		   HASH " 00ff");
	e.salt = "00ff";
	CHECK(verity_ok(&t, &e, &why));
	e.salt = "00fe";
	CHECK(!verity_ok(&t, &e, &why));
}

/* --- the target itself, and each thing expected --- */

static void test_target(void)
{
	const struct dm_crypt_expected e = crypt_wanted();
	const struct dm_verity_expected v = verity_wanted();
	struct dm_target t;
	struct reason why;

	t = target("linear", 98304, CRYPT);
	CHECK(!crypt_ok(&t, &e, &why));
	CHECK_EQ_STR(why.text, "the mapping is 'linear' instead of 'crypt'");
	t = target("crypt", 98303, CRYPT);
	CHECK(!crypt_ok(&t, &e, &why));
	CHECK_EQ_STR(why.text, "the mapping has 98303 sectors instead of 98304");
	t = target("crypt", 98304, CRYPT);
	t.start = 1;
	CHECK(!crypt_ok(&t, &e, &why));
	t = target("verity", 2097144, VERITY);
	CHECK(!verity_ok(&t, &v, &why));
	t = target("crypt", 2097152, VERITY);
	CHECK(!verity_ok(&t, &v, &why));
	t = target("verity", 2097152, VERITY);
	t.start = 8;
	CHECK(!verity_ok(&t, &v, &why));
}

static void test_expected(void)
{
	const struct dm_target t = target("crypt", 98304, CRYPT);
	struct dm_crypt_expected e;
	struct reason why;

#define OTHER(field, value) \
	(e = crypt_wanted(), e.field = (value), CHECK(!crypt_ok(&t, &e, &why)))
	OTHER(cipher, "aes-xts-plain");
	OTHER(cipher, "aes-xts-plain64x");
	OTHER(key_len, 32);
	OTHER(uuid, "c7b439c1-6377-491f-995e-f1a2433492ff");
	OTHER(device, makedev(253, 16));
	OTHER(device, makedev(254, 17));
	OTHER(size, 48 * MIB + 512);
	OTHER(size, 48 * MIB - 512);
	OTHER(offset, 16 * MIB - 512);
	OTHER(sector_size, 4096);
	/* Data of the same length elsewhere on a longer device. */
	e = crypt_wanted();
	e.offset += 4096;
	CHECK(!crypt_ok(&t, &e, &why));
	CHECK_EQ_STR(why.text, TABLE "offset '32768' instead of '32776'");
}

static const struct test tests[] = {
	{ "crypt", test_crypt },
	{ "crypt with large sectors", test_crypt_4096 },
	{ "integrity below crypt", test_integrity },
	{ "crypt with tags", test_crypt_tags },
	{ "verity", test_verity },
	{ "target", test_target },
	{ "expected", test_expected },
};

TEST_MAIN(tests)
