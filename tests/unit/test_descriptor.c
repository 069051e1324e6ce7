/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "descriptor_help.h"
#include "limits.h"
#include "luks_header.h"
#include "test.h"

#define UUID	"b7b439c1-6377-491f-995e-f1a2433492ff"
#define MAC	"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define PROFILE	"{\"cipher\":\"aes-xts-plain64\",\"key-bits\":512," \
		"\"sector-size\":4096,\"integrity\":\"none\"}"
#define AEAD(cipher, bits) "{\"cipher\":\"" cipher "\",\"key-bits\":" bits \
		",\"sector-size\":512,\"integrity\":\"aead\"}"
#define WHOLE	"{\"postern\":1,\"key\":\"c2VjcmV0IGtleQ==\",\"uuid\":\"" UUID \
		"\",\"generation\":7,\"header-mac\":\"" MAC \
		"\",\"profile\":" PROFILE ",\"provision\":false}"

static void test_whole(void)
{
	struct descriptor d = { 0 };
	struct reason why;

	REQUIRE(parse(WHOLE, "kbs:///a/b/c", &d, &why) == 0);
	CHECK_EQ_INT(why.code, CODE_NONE);
	CHECK(key_is(&d, "secret key"));
	CHECK(d.full);
	CHECK_EQ_STR(d.uuid, UUID);
	CHECK_EQ_INT(d.generation, 7);
	CHECK(equals_hex(d.header_mac, sizeof(d.header_mac),
			 "000102030405060708090a0b0c0d0e0f"
			 "101112131415161718191a1b1c1d1e1f"));
	CHECK_EQ_INT(d.sector_size, 4096);
	secret_free(&d.key);
}

/* Each suite is known, and what is written of it is read again. */
static void test_suites(void)
{
	static const struct {
		const char *profile;
		enum luks_integrity integrity;
		unsigned key_len;
	} cases[] = {
		{ PROFILE, LUKS_INTEGRITY_NONE, 64 },
		{ "{\"cipher\":\"aes-xts-plain64\",\"key-bits\":512,"
		  "\"sector-size\":512,\"integrity\":\"hmac-sha256\"}",
		  LUKS_INTEGRITY_HMAC_SHA256, 96 },
		{ AEAD("aes-gcm-random", "256"), LUKS_INTEGRITY_AEAD, 32 },
		{ AEAD("aegis128-random", "128"), LUKS_INTEGRITY_AEAD, 16 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_text char *text = text_replace(WHOLE, PROFILE,
						       cases[i].profile);
		cleanup_secret struct secret written = { 0 };
		struct descriptor d = { 0 }, again = { 0 };
		struct luks_header h = { .uuid = UUID, .sector_size = 512 };
		struct reason why;

		CASE(cases[i].profile);
		REQUIRE(text && parse(text, "kbs:///a/b/c", &d, &why) == 0);
		REQUIRE(d.suite);
		CHECK_EQ_INT(d.suite->integrity, cases[i].integrity);
		CHECK_EQ_INT(d.suite->key_len, cases[i].key_len);
		h.suite = d.suite;
		REQUIRE(descriptor_whole_json(&d, &h, &written) == 0);
		REQUIRE(descriptor_parse(&written, "kbs:///a/b/c", &again,
					 &why) == 0);
		CHECK(again.suite == d.suite);
		secret_free(&d.key);
		secret_free(&again.key);
	}
}

/* One change of the whole, and what of it is still good. */
static const struct {
	const char *old, *new, *sentence;
} edits[] = {
	{ ",\"profile\":" PROFILE, "", NULL },
	{ ",\"provision\":false", "", NULL },
	{ "{\"postern\"", "{\n\t \r\"postern\"", NULL },
	{ "4096", "512", NULL },
	{ PROFILE, AEAD("aes-gcm-random", "256"), NULL },
	{ PROFILE, AEAD("aegis128-random", "128"), NULL },
	{ "\"none\"", "\"hmac-sha256\"", NULL },
	{ "\"generation\":7", "\"generation\":0", NULL },
	{ "\"generation\":7", "\"generation\":4294967295", NULL },
	{ "\"generation\":7", "\"generation\":4294967296",
	  "the descriptor has no proper 'generation'" },
	{ "\"generation\":7", "\"generation\":-1",
	  "the descriptor has no proper 'generation'" },
	{ "\"generation\":7", "\"generation\":\"7\"",
	  "the descriptor has no proper 'generation'" },
	{ ",\"generation\":7", "", "the descriptor has no proper 'generation'" },
	{ "\"postern\":1", "\"postern\":2",
	  "the descriptor is of another version" },
	{ "\"postern\":1", "\"postern\":0",
	  "the descriptor is of another version" },
	{ "\"postern\":1", "\"postern\":\"1\"",
	  "the descriptor is of another version" },
	{ "\"postern\":1", "\"postern\":1,\"postern\":1",
	  "the descriptor is not proper JSON" },
	{ "false}", "false} ", NULL },
	{ "false}", "false}x", "the descriptor is not proper JSON" },
	{ "false}", "false", "the descriptor is not proper JSON" },
	{ "false}", "false,\"more\":1}",
	  "the descriptor has a member that is not known" },
	{ "false", "true", "the descriptor knows the header of a volume that is "
	  "still to be made" },
	{ "false", "0", "the descriptor's 'provision' is malformed" },
	{ "\"" UUID "\"", "\"" UUID "0\"",
	  "the descriptor has no proper 'uuid'" },
	{ "\"" UUID "\"", "\"b7b439c1\"",
	  "the descriptor has no proper 'uuid'" },
	{ "\"" UUID "\"", "null", "the descriptor has no proper 'uuid'" },
	{ "\"uuid\":\"" UUID "\",", "", "the descriptor has no proper 'uuid'" },
	{ "1D1E1F", "1D1E", "the descriptor has no proper 'header-mac'" },
	{ "1D1E1F", "1D1E1F20", "the descriptor has no proper 'header-mac'" },
	{ "1D1E1F", "1D1E1G", "the descriptor has no proper 'header-mac'" },
	{ "\"header-mac\":\"" MAC "\",", "",
	  "the descriptor has no proper 'header-mac'" },
	{ "c2VjcmV0IGtleQ==", "", "the descriptor's 'key' is not base64" },
	{ "c2VjcmV0IGtleQ==", "c2VjcmV0IGtleQ", NULL },
	{ "c2VjcmV0IGtleQ==", "c2VjcmV0IGtleQ=",
	  "the descriptor's 'key' is not base64" },
	{ "c2VjcmV0IGtleQ==", "c2VjcmV0IGtle_==",
	  "the descriptor's 'key' is not base64" },
	{ "\"c2VjcmV0IGtleQ==\"", "[]", "the descriptor has no 'key'" },
	{ "\"key\":\"c2VjcmV0IGtleQ==\",", "", "the descriptor has no 'key'" },
	{ PROFILE, "[]", "the descriptor's profile is malformed" },
	{ ",\"profile\"", ",\"device-size\":1,\"profile\"", NULL },
	{ ",\"profile\"", ",\"device-size\":0,\"profile\"",
	  "the descriptor's 'device-size' is malformed" },
	{ ",\"profile\"", ",\"device-size\":-1,\"profile\"",
	  "the descriptor's 'device-size' is malformed" },
	{ ",\"profile\"", ",\"device-size\":18446744073709551616,\"profile\"",
	  "the descriptor's 'device-size' is malformed" },
	{ "\"none\"", "\"none\",\"grow\":false", NULL },
	{ "\"none\"", "\"none\",\"grow\":1",
	  "the descriptor's 'grow' is malformed" },
	{ "\"none\"", "\"none\",\"grow\":true",
	  "the descriptor says 'grow', but not from what 'device-size'" },
	{ PROFILE, "{\"more\":1}", "the descriptor's profile is malformed" },
	{ PROFILE, "{}", "the descriptor's profile is not one that this version "
	  "of postern knows" },
	{ "aes-xts-plain64", "aes-cbc-essiv:sha256", "the descriptor's profile is "
	  "not one that this version of postern knows" },
	{ "aes-xts-plain64", "cipher_null-ecb", "the descriptor's profile is not "
	  "one that this version of postern knows" },
	{ ":512,", ":256,", "the descriptor's profile is not one that this "
	  "version of postern knows" },
	{ "4096", "1024", "the descriptor's profile is not one that this version "
	  "of postern knows" },
	{ "\"none\"", "\"hmac(sha256)\"", "the descriptor's profile is not one "
	  "that this version of postern knows" },
	{ "\"none\"", "\"aead\"", "the descriptor's profile is not one that this "
	  "version of postern knows" },
	{ "512,\"sector-size\":4096,\"integrity\":\"none\"",
	  "768,\"sector-size\":4096,\"integrity\":\"hmac-sha256\"",
	  "the descriptor's profile is not one that this version of postern "
	  "knows" },
	{ PROFILE, AEAD("aes-gcm-random", "128"), "the descriptor's profile is not "
	  "one that this version of postern knows" },
	{ PROFILE, AEAD("aes-xts-plain64", "512"), "the descriptor's profile is not "
	  "one that this version of postern knows" },
};

/* No part of the key, in whatever form, is in a sentence. */
static bool tells(const struct reason *why)
{
	return strstr(why->text, "c2Vj") || strstr(why->text, "secret");
}

static void test_edits(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_text char *text = text_replace(WHOLE, edits[i].old,
						       edits[i].new);
		struct descriptor d = { 0 };
		struct reason why;
		int r;

		CASE(edits[i].new);
		REQUIRE(text != NULL);
		r = parse(text, "kbs:///a/b/c", &d, &why);
		CHECK_EQ_INT(r, edits[i].sentence ? -EBADMSG : 0);
		CHECK_EQ_STR(why.text, edits[i].sentence ?: "");
		CHECK_EQ_INT(why.code, edits[i].sentence ? CODE_RESOURCE :
			     CODE_NONE);
		CHECK(!tells(&why));
		CHECK(edits[i].sentence ? !d.key.data :
		      key_is(&d, "secret key") && d.full);
		secret_free(&d.key);
	}
}

#define NEW_KEY	"a key of exactly thirty-two byte"
#define TO_MAKE	"{\"postern\":1,\"key\":" \
		"\"YSBrZXkgb2YgZXhhY3RseSB0aGlydHktdHdvIGJ5dGU=\",\"uuid\":\"" \
		UUID "\",\"profile\":" PROFILE ",\"provision\":true}"

/* The owner's word that a volume is to be made, and changes of it. */
static const struct {
	const char *old, *new, *sentence;
} to_make[] = {
	{ ":true", ":true", NULL },
	{ "4096", "512", NULL },
	{ ",\"profile\":" PROFILE, "", "the descriptor does not say what volume to "
	  "make: it has no 'profile'" },
	{ "true", "true,\"generation\":1", "the descriptor knows the header of a "
	  "volume that is still to be made" },
	{ "true", "true,\"header-mac\":\"" MAC "\"", "the descriptor knows the "
	  "header of a volume that is still to be made" },
	{ "b7b4", "B7B4", "the descriptor has no proper 'uuid'" },
	{ "b7b4", "b7b-", "the descriptor has no proper 'uuid'" },
	{ "dGU=", "dA==", "the key for a new volume has less than 32 bytes" },
	{ "true", "false", "the descriptor has no proper 'generation'" },
};

static void test_to_make(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(to_make); i++) {
		cleanup_text char *text = text_replace(TO_MAKE, to_make[i].old,
						       to_make[i].new);
		struct descriptor d = { 0 };
		struct reason why;
		int r;

		CASE(to_make[i].new);
		REQUIRE(text != NULL);
		r = parse(text, "kbs:///a/b/c", &d, &why);
		CHECK_EQ_INT(r, to_make[i].sentence ? -EBADMSG : 0);
		CHECK_EQ_STR(why.text, to_make[i].sentence ?: "");
		CHECK(to_make[i].sentence ? !d.key.data :
		      key_is(&d, NEW_KEY) && d.provision && !d.full &&
		      strcmp(d.uuid, UUID) == 0 && d.sector_size != 0);
		secret_free(&d.key);
	}
}

/* What is written is what is read. */
static void test_written(void)
{
	struct luks_header h = {
		.uuid = UUID, .sector_size = 4096,
		.suite = luks_suite_find("aes-xts-plain64", NULL),
	};
	cleanup_secret struct secret text = { 0 };
	cleanup_buf struct buf open = BUF(1024);
	struct descriptor d = { 0 }, again = { 0 };
	struct reason why = { 0 };

	REQUIRE(parse(WHOLE, "kbs:///a/b/c", &d, &why) == 0);
	REQUIRE(descriptor_whole_json(&d, &h, &text) == 0);
	REQUIRE(descriptor_parse(&text, "kbs:///a/b/c", &again, &why) == 0);
	CHECK(key_is(&again, "secret key") && again.full && !again.provision);
	CHECK_EQ_STR(again.uuid, UUID);
	CHECK_EQ_INT(again.generation, 7);
	CHECK_EQ_MEM(again.header_mac, d.header_mac, sizeof(d.header_mac));
	CHECK_EQ_INT(again.sector_size, 4096);

	/* The size comes with it, if there is one; and that it may change. */
	CHECK(!memmem(text.data, text.len, "device-size", 11) &&
	      !memmem(text.data, text.len, "grow", 4));
	secret_free(&text);
	secret_free(&again.key);
	d.device_size = UINT64_MAX;
	d.grow = true;
	REQUIRE(descriptor_whole_json(&d, &h, &text) == 0);
	REQUIRE(descriptor_parse(&text, "kbs:///a/b/c", &again, &why) == 0);
	CHECK(again.grow && again.device_size == UINT64_MAX);
	CHECK(descriptor_mac_size(&again, 7) == UINT64_MAX);
	again.grow = false;
	CHECK_EQ_INT(descriptor_mac_size(&again, 7), 7);

	/* Without the key it is the same, and has no part of it. */
	descriptor_public_json(&d, &h, &open);
	REQUIRE(buf_cstr(&open) != NULL);
	CHECK(strstr(buf_cstr(&open), "\"generation\":7,\"header-mac\":\"0001"));
	CHECK(!strstr(buf_cstr(&open), "key\"") &&
	      !strstr(buf_cstr(&open), "c2Vj"));
	secret_free(&d.key);
	secret_free(&again.key);
}

static const struct test tests[] = {
	{ "whole", test_whole },
	{ "suites", test_suites },
	{ "edits", test_edits },
	{ "to make", test_to_make },
	{ "written", test_written },
};

TEST_MAIN(tests)
