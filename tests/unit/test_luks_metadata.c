/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "luks_edit.h"
#include "test.h"

#define FORMAT	"HEADER_FORMAT"
#define PROFILE	"HEADER_PROFILE"

#define SALT	"t8Ur2YzRJ/VGIhRBMZYzZ+TFaFFAt0d+6X3jAAMvQkM="
#define KDF	"{\"type\":\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":1000," \
		"\"salt\":\"" SALT "\"}"
#define ARGON(time, memory, cpus) \
	"{\"type\":\"argon2id\",\"time\":" time ",\"memory\":" memory \
	",\"cpus\":" cpus ",\"salt\":\"" SALT "\"}"
#define AREA	"\"type\":\"raw\",\"offset\":\"32768\",\"size\":\"258048\""
#define CIPHER	"\"encryption\":\"aes-xts-plain64\""
#define TAGS(type) \
	"\"integrity\":{\"type\":\"" type "\",\"journal_encryption\":\"none\"," \
	"\"journal_integrity\":\"none\"}"
#define DIGEST	"5W1txBBGIsZFaIUOG7ZaPKFvqDEhzCtTTQz8nkFRyEU="
#define LONG	"0123456789012345678901234567890123456789"

/* One edit of the text, in both copies. */
static const struct {
	const char *old, *new, *verdict, *sentence;
} edits[] = {
	/* the top level (3) */
	{ "\"tokens\":{},", "", FORMAT, "metadata: 'tokens' is missing" },
	{ "{\"keyslots\"", "{\"x\":1,\"keyslots\"", PROFILE,
	  "metadata: unknown key 'x'" },
	{ "{\"keyslots\"", "{\"" LONG "z\":{},\"keyslots\"", PROFILE,
	  "metadata: unknown key '" LONG "'" },
	{ "{\"keyslots\"", "{\"\xc3\xa9\x7f\":{},\"keyslots\"", PROFILE,
	  "metadata: unknown key '" "?" "?" "?" "'" },
	{ "\"json_size\":\"12288\",", "", FORMAT,
	  "config: 'json_size' is missing" },
	{ "\"tokens\":{}", "\"tokens\":null", FORMAT,
	  "metadata: 'tokens' is not an object" },
	{ "\"tokens\":{}", "\"tokens\":{\"0\":{}}", PROFILE,
	  "number of tokens: 1, not 0" },
	{ "\"tokens\":{}", "\"tokens\":{\"a\\/b\":{}}", FORMAT,
	  "metadata: a string has an escape" },
	{ "\"tokens\":{}", "\"tokens\":{}}", FORMAT,
	  "JSON at byte 326: text after the value" },
	{ "\"segments\":{\"0\":{", "\"segments\":{\"0\":[],\"1\":{", PROFILE,
	  "number of segments: 2, not 1" },
	{ "\"digests\":{\"0\":{\"type\":\"pbkdf2\"",
	  "\"digests\":{\"0\":{\"type\":\"x\"", PROFILE,
	  "digest 0: 'type' is 'x', not 'pbkdf2'" },
	{ "\"digests\":{", "\"digests\":{\"1\":0,", PROFILE,
	  "number of digests: 2, not 1" },
	/* config (3.5) */
	{ "\"12288\"", "\"12289\"", PROFILE,
	  "config: 'json_size' is 12289, not 12288" },
	{ "\"12288\"", "12288", FORMAT,
	  "config: 'json_size' is not a number as a string" },
	{ "\"16744448\"}", "\"16744448\",\"flags\":[]}", PROFILE,
	  "config: 'flags' is set, which no profile allows" },
	{ "\"16744448\"}", "\"16744448\",\"requirements\":{}}", PROFILE,
	  "config: 'requirements' is set, which no profile allows" },
	{ "\"16744448\"}", "\"16744448\",\"\":0}", PROFILE,
	  "config: unknown key ''" },
	{ "\"16744448\"", "\"16744449\"", PROFILE, "config: 'keyslots_size' is "
	  "16744449, not from 4096 to 16744448" },
	{ "\"16744448\"", "\"16744447\"", FORMAT, "config: 'keyslots_size' "
	  "16744447 is not a multiple of 4096" },
	{ "\"16744448\"", "\"16740352\"", PROFILE, "segment 0: 'offset' is "
	  "16777216, but the keyslots end at 16773120" },
	{ "\"16744448\"", "\"-4096\"", FORMAT,
	  "config: 'keyslots_size' is not a number as a string" },
	/* segments (3.3) */
	{ "\"segments\":{\"0\"", "\"segments\":{\"1\"", PROFILE,
	  "the segment's name is not '0'" },
	{ "\"segments\":{\"0\"", "\"segments\":{\"1\":{},\"0\"", PROFILE,
	  "number of segments: 2, not 1" },
	{ "\"crypt\"", "\"hw-opal-crypt\"", PROFILE,
	  "segment 0: 'type' is 'hw-opal-crypt', not 'crypt'" },
	{ "\"crypt\"", "[\"crypt\"]", FORMAT,
	  "segment 0: 'type' is not a string" },
	{ "\"16777216\"", "\"16777217\"", PROFILE, "segment 0: 'offset' is "
	  "16777217, but the keyslots end at 16777216" },
	{ "\"16777216\"", "16777216", FORMAT,
	  "segment 0: 'offset' is not a number as a string" },
	{ "\"16777216\"", "\"016777216\"", FORMAT,
	  "segment 0: 'offset' is not a number as a string" },
	{ "\"16777216\"", "\"18446744073709551616\"", FORMAT,
	  "segment 0: 'offset' is not a number as a string" },
	{ "\"dynamic\"", "\"4096\"", PROFILE,
	  "segment 0: 'size' is '4096', not 'dynamic'" },
	{ "\"iv_tweak\":\"0\"", "\"iv_tweak\":\"8\"", PROFILE,
	  "segment 0: 'iv_tweak' is 8, not 0" },
	{ "\"iv_tweak\":\"0\",", "", FORMAT,
	  "segment 0: 'iv_tweak' is missing" },
	{ CIPHER ",\"sector", "\"encryption\":\"aes-xts-plain\",\"sector",
	  PROFILE, "segment 0: 'encryption' is 'aes-xts-plain', not "
	  "'aes-xts-plain64' or 'aes-gcm-random' or 'aegis128-random'" },
	{ ":512}", ":1024}", PROFILE,
	  "segment 0: 'sector_size' is 1024, not 512 or 4096" },
	{ ":512}", ":8192}", PROFILE,
	  "segment 0: 'sector_size' is 8192, not from 512 to 4096" },
	{ ":512}", ":512.0}", FORMAT,
	  "segment 0: 'sector_size' is not a whole number" },
	{ ":512}", ":4096}", "ok", "" },
	{ ":512}", ":512,\"flags\":[]}", PROFILE,
	  "segment 0: 'flags' is set, which no profile allows" },
	{ ":512}", ":512,\"integrity\":{\"type\":\"none\"}}", PROFILE,
	  "segment 0 integrity: 'type' is 'none', not 'hmac(sha256)' or 'aead'" },
	{ ":512}", ":512,\"integrity\":[]}", FORMAT,
	  "segment 0: 'integrity' is not an object" },
	{ ":512}", ":512," TAGS("hmac(sha256)") "}", PROFILE, "segment 0: "
	  "integrity is 'hmac-sha256', not 'none' as configured" },
	{ ":512}", ":512," TAGS("aead") "}", PROFILE, "segment 0: 'encryption' is "
	  "'aes-xts-plain64' with integrity 'aead', which no profile allows" },
	{ CIPHER ",\"sector", "\"encryption\":\"aes-gcm-random\",\"sector",
	  PROFILE, "segment 0: 'encryption' is 'aes-gcm-random' with integrity "
	  "'none', which no profile allows" },
	/* keyslots (3.2) */
	{ "\"keyslots\":{\"0\"", "\"keyslots\":{\"1\"", FORMAT,
	  "digest 0: 'keyslots' is not [\"1\"]" },
	{ "\"keyslots\":{\"0\"", "\"keyslots\":{\"32\"", FORMAT,
	  "the keyslot's name is not a number from 0 to 31" },
	{ "\"keyslots\":{\"0\"", "\"keyslots\":{\"00\"", FORMAT,
	  "the keyslot's name is not a number from 0 to 31" },
	{ "\"keyslots\":{\"0\"", "\"keyslots\":{\"1\":{},\"0\"", PROFILE,
	  "number of keyslots: 2, not 1" },
	{ "\"type\":\"luks2\"", "\"type\":\"reencrypt\"", PROFILE,
	  "keyslot 0: 'type' is 'reencrypt', not 'luks2'" },
	{ "\"type\":\"luks2\"", "\"type\":\"luks2\",\"priority\":0", PROFILE,
	  "keyslot 0: 'priority' is 0, not 1" },
	{ "\"type\":\"luks2\"", "\"type\":\"luks2\",\"priority\":1", "ok", "" },
	{ "\"key_size\":64,\"af\"", "\"key_size\":1,\"af\"", PROFILE,
	  "keyslot 0: 'key_size' is 1, not 64" },
	{ "\"area\":{", "\"area\":[],\"x\":{", FORMAT,
	  "keyslot 0: 'area' is not an object" },
	{ "\"stripes\":4000", "\"stripes\":1", PROFILE,
	  "keyslot 0 af: 'stripes' is 1, not 4000" },
	{ "4000,\"hash\":\"sha256\"", "4000,\"hash\":\"md5\"", PROFILE,
	  "keyslot 0 af: 'hash' is 'md5', not 'sha256' or 'sha512'" },
	{ AREA, "\"type\":\"raw\",\"offset\":\"28672\",\"size\":\"258048\"",
	  FORMAT, "keyslot 0 area: not within the keyslots, bytes 32768 to "
	  "16777216" },
	{ AREA, "\"type\":\"raw\",\"offset\":\"16523264\",\"size\":\"258048\"",
	  FORMAT, "keyslot 0 area: not within the keyslots, bytes 32768 to "
	  "16777216" },
	{ AREA, "\"type\":\"raw\",\"offset\":\"16519168\",\"size\":\"258048\"",
	  "ok", "" },
	{ AREA, "\"type\":\"raw\",\"offset\":\"33280\",\"size\":\"258048\"",
	  FORMAT, "keyslot 0 area: 'offset' 33280 is not a multiple of 4096" },
	{ AREA, "\"type\":\"raw\",\"offset\":\"32768\",\"size\":\"262144\"",
	  PROFILE, "keyslot 0 area: 'size' is 262144, not 258048" },
	{ CIPHER ",\"key", "\"encryption\":\"cipher_null-ecb\",\"key", PROFILE,
	  "keyslot 0 area: 'encryption' is 'cipher_null-ecb', not "
	  "'aes-xts-plain64'" },
	{ "\"key_size\":64},", "\"key_size\":32},", PROFILE,
	  "keyslot 0 area: 'key_size' is 32, not 64" },
	/* key derivation (3.2.5) */
	{ KDF, ARGON("4", "65536", "4"), "ok", "" },
	{ KDF, ARGON("16", "1048576", "1"), "ok", "" },
	{ KDF, ARGON("17", "65536", "4"), PROFILE,
	  "keyslot 0 kdf: 'time' is 17, not from 1 to 16" },
	{ KDF, ARGON("0", "65536", "4"), PROFILE,
	  "keyslot 0 kdf: 'time' is 0, not from 1 to 16" },
	{ KDF, ARGON("4", "1048577", "4"), PROFILE,
	  "keyslot 0 kdf: 'memory' is 1048577, not from 32 to 1048576" },
	{ KDF, ARGON("4", "31", "4"), PROFILE,
	  "keyslot 0 kdf: 'memory' is 31, not from 32 to 1048576" },
	{ KDF, ARGON("4", "65536", "5"), PROFILE,
	  "keyslot 0 kdf: 'cpus' is 5, not from 1 to 4" },
	{ KDF, "{\"type\":\"argon2i\"}", PROFILE, "keyslot 0 kdf: 'type' is "
	  "'argon2i', not 'pbkdf2' or 'argon2id'" },
	{ KDF, "{}", FORMAT, "keyslot 0 kdf: 'type' is missing" },
	{ "\"iterations\":1000,\"salt\":\"t8", "\"iterations\":999,\"salt\":\"t8",
	  PROFILE, "keyslot 0 kdf: 'iterations' is 999, not from 1000 to "
	  "10000000" },
	{ "\"iterations\":1000,\"salt\":\"t8",
	  "\"iterations\":10000000,\"salt\":\"t8", "ok", "" },
	{ "\"iterations\":1000,\"salt\":\"t8",
	  "\"iterations\":10000001,\"salt\":\"t8", PROFILE, "keyslot 0 kdf: "
	  "'iterations' is 10000001, not from 1000 to 10000000" },
	{ SALT, "AAAA", FORMAT, "keyslot 0 kdf: 'salt' has 3 bytes, not 32" },
	{ SALT, "t8Ur2YzRJ/VGIhRBMZYzZ+TFaFFAt0d+6X3jAAMvQkM", FORMAT,
	  "keyslot 0 kdf: 'salt' is not base64 of the right length" },
	{ SALT, "t8Ur2YzRJ/VGIhRBMZYzZ+TFaFFAt0d+6X3jAAMvQkN=", FORMAT,
	  "keyslot 0 kdf: 'salt' is not base64 of the right length" },
	/* digests (3.4) */
	{ "\"digests\":{\"0\"", "\"digests\":{\"1\"", PROFILE,
	  "the digest's name is not '0'" },
	{ "[\"0\"],\"segments\"", "[],\"segments\"", FORMAT,
	  "digest 0: 'keyslots' is not [\"0\"]" },
	{ "[\"0\"],\"segments\"", "[\"0\",\"1\"],\"segments\"", FORMAT,
	  "digest 0: 'keyslots' is not [\"0\"]" },
	{ "\"segments\":[\"0\"]", "\"segments\":[\"1\"]", FORMAT,
	  "digest 0: 'segments' is not [\"0\"]" },
	{ "\"segments\":[\"0\"]", "\"segments\":\"0\"", FORMAT,
	  "digest 0: 'segments' is not an array" },
	{ "\"segments\":[\"0\"],\"hash\":\"sha256\"",
	  "\"segments\":[\"0\"],\"hash\":\"sha512\"", FORMAT,
	  "digest 0: 'digest' has 32 bytes, not 64" },
	{ "\"iterations\":1000,\"salt\":\"j+", "\"iterations\":2e9,\"salt\":\"j+",
	  FORMAT, "digest 0: 'iterations' is not a whole number" },
	{ DIGEST, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", FORMAT,
	  "digest 0: 'digest' has 20 bytes, not 32" },
};

static void test_edits(void)
{
	struct luks_edit e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		CASE(edits[i].new);
		REQUIRE(luks_edit_load(&e, "none"));
		REQUIRE(luks_edit_replace(&e, BOTH, edits[i].old,
					  edits[i].new));
		luks_edit_repair(&e);
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			     edits[i].verdict);
		CHECK_EQ_STR(e.why.text, edits[i].sentence);
	}
}

/* What the profile says about memory bounds Argon2. */
static void test_memory(void)
{
	struct luks_profile p = { .ram = (uint64_t)512 * 1024 * 1024 };
	struct luks_edit e;

	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(luks_edit_replace(&e, BOTH, KDF, ARGON("4", "131072", "2")));
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), "ok");
	CHECK_EQ_STR(e.header.kdf, "argon2id");
	CHECK(!e.header.kdf_hash);
	CHECK_EQ_INT(e.header.kdf_iterations, 4);
	CHECK_EQ_INT(e.header.kdf_memory, 131072);
	CHECK_EQ_INT(e.header.kdf_cpus, 2);
	p.ram -= 4096;
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
	CHECK_EQ_STR(e.why.text, "keyslot 0 kdf: 'memory' is 131072, above a "
		     "quarter of this machine's, 131071");
}

/* The header with integrity TAGS, CIPHER, and a key of KEY bytes. */
static bool with_tags(struct luks_edit *e, const char *cipher, const char *tags,
		      unsigned key)
{
	unsigned area = (key * 4000 + 4095) / 4096 * 4096;
	char slot[64], size[64], segment[512];

	(void)snprintf(slot, sizeof(slot), "\"key_size\":%u,\"af\"", key);
	(void)snprintf(size, sizeof(size), "\"size\":\"%u\"", area);
	(void)snprintf(segment, sizeof(segment), "\"encryption\":\"%s\","
		       "\"sector_size\":4096,%s}", cipher, tags);
	if (!luks_edit_load(e, "none") ||
	    !luks_edit_replace(e, BOTH, "\"key_size\":64,\"af\"", slot) ||
	    !luks_edit_replace(e, BOTH, "\"size\":\"258048\"", size) ||
	    !luks_edit_replace(e, BOTH, CIPHER ",\"sector_size\":512}", segment))
		return false;
	luks_edit_repair(e);
	return true;
}

static void test_integrity(void)
{
	static const struct {
		const char *cipher, *tags;
		unsigned key;
		enum luks_integrity integrity;
		unsigned tag;
	} good[] = {
		{ "aes-xts-plain64", TAGS("hmac(sha256)"), 96,
		  LUKS_INTEGRITY_HMAC_SHA256, 32 },
		{ "aes-gcm-random", TAGS("aead"), 32, LUKS_INTEGRITY_AEAD, 28 },
		{ "aegis128-random", TAGS("aead"), 16, LUKS_INTEGRITY_AEAD, 32 },
	};
	struct luks_profile p = { 0 };
	struct luks_edit e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		CASE(good[i].cipher);
		REQUIRE(with_tags(&e, good[i].cipher, good[i].tags, good[i].key));
		p.integrity = good[i].integrity;
		CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), "ok");
		CHECK_EQ_STR(e.header.suite->cipher, good[i].cipher);
		CHECK_EQ_INT(e.header.suite->tag_len, good[i].tag);
		CHECK_EQ_INT(e.header.suite->integrity, good[i].integrity);
		p.integrity = LUKS_INTEGRITY_ANY;
		CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), "ok");
		p.integrity = LUKS_INTEGRITY_NONE;
		CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
		REQUIRE(with_tags(&e, good[i].cipher, good[i].tags, 64));
		p.integrity = good[i].integrity;
		CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
		CHECK(strstr(e.why.text, "'key_size' is 64"));
	}
}

/* What the host makes of a volume with tags. */
static void test_integrity_edits(void)
{
	static const struct {
		const char *tags, *verdict, *sentence;
	} cases[] = {
		{ "\"integrity\":{\"type\":\"hmac(sha256)\","
		  "\"journal_encryption\":\"none\"}", FORMAT,
		  "'journal_integrity' is missing" },
		{ "\"integrity\":{\"type\":\"hmac(sha256)\","
		  "\"journal_encryption\":\"ctr(aes)\","
		  "\"journal_integrity\":\"none\"}", PROFILE,
		  "'journal_encryption' is 'ctr(aes)'" },
		{ "\"integrity\":{\"type\":\"hmac(sha256)\","
		  "\"journal_encryption\":\"none\",\"key_size\":16,"
		  "\"journal_integrity\":\"none\"}", PROFILE,
		  "unknown key 'key_size'" },
		{ TAGS("hmac(sha1)"), PROFILE, "'type' is 'hmac(sha1)'" },
		{ TAGS("crc32c"), PROFILE, "'type' is 'crc32c'" },
		{ TAGS("hmac(sha256)") ",\"flags\":[]", PROFILE, "'flags' is set" },
	};
	struct luks_profile p = { .integrity = LUKS_INTEGRITY_HMAC_SHA256 };
	struct luks_edit e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].sentence);
		REQUIRE(with_tags(&e, "aes-xts-plain64", cases[i].tags, 96));
		CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE),
			     cases[i].verdict);
		CHECK(strstr(e.why.text, cases[i].sentence));
	}
	/* Tags taken away. */
	REQUIRE(luks_edit_load(&e, "none"));
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
	CHECK_EQ_STR(e.why.text, "segment 0: integrity is 'none', not "
		     "'hmac-sha256' as configured");
}

static void test_slot_numbers(void)
{
	char old[] = "\"keyslots\":[\"0\"]", slot[32], list[32];
	struct luks_edit e;
	unsigned i;

	for (i = 0; i < 34; i++) {
		REQUIRE(luks_edit_load(&e, "none"));
		(void)snprintf(slot, sizeof(slot), "{\"keyslots\":{\"%u\"", i);
		(void)snprintf(list, sizeof(list), "\"keyslots\":[\"%u\"]", i);
		REQUIRE(luks_edit_replace(&e, BOTH, "{\"keyslots\":{\"0\"",
					  slot));
		REQUIRE(luks_edit_replace(&e, BOTH, old, list));
		luks_edit_repair(&e);
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			     i < 32 ? "ok" : FORMAT);
		CHECK(i >= 32 || e.header.keyslot == i);
	}
}

static void test_truncated(void)
{
	char text[LUKS_JSON_LEN];
	struct luks_edit e;
	size_t len, full;

	REQUIRE(luks_edit_load(&e, "none"));
	full = strlen(luks_edit_json(&e));
	memcpy(text, luks_edit_json(&e), full);
	for (len = 0; len < full; len += 3) {
		luks_edit_set_json(&e, BOTH, text, len);
		luks_edit_repair(&e);
		REQUIRE(strcmp(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			       FORMAT) == 0);
	}
	luks_edit_set_json(&e, BOTH, text, full);
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok");
	luks_edit_set_json(&e, BOTH, "[]", 2);
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), FORMAT);
	CHECK_EQ_STR(e.why.text, "metadata: not an object");
	/* The NUL must be inside the area. */
	memset(text + full, ' ', sizeof(text) - full);
	luks_edit_set_json(&e, BOTH, text, sizeof(text) - 1);
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok");
	luks_edit_set_json(&e, BOTH, text, sizeof(text));
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), FORMAT);
	CHECK_EQ_STR(e.why.text, "primary header: the JSON area does not end");
}

/* What is left when salts and digest, and the number of iterations, which the
 * key has to fit, are put aside. */
static bool same_meaning(struct luks_header a, const struct luks_header *b)
{
	a.kdf_iterations = b->kdf_iterations;
	a.digest_iterations = b->digest_iterations;
	memcpy(a.kdf_salt, b->kdf_salt, sizeof(a.kdf_salt));
	memcpy(a.digest_salt, b->digest_salt, sizeof(a.digest_salt));
	memcpy(a.digest, b->digest, sizeof(a.digest));
	return a.keyslot == b->keyslot && a.area_offset == b->area_offset &&
	       a.area_size == b->area_size && a.suite == b->suite &&
	       a.area_cipher == b->area_cipher &&
	       a.data_offset == b->data_offset && a.af_hash == b->af_hash &&
	       a.sector_size == b->sector_size && a.kdf == b->kdf &&
	       a.kdf_hash == b->kdf_hash && a.digest_hash == b->digest_hash;
}

/* Any byte of the text changed: refused, or it means the same volume. */
static void test_any_byte(void)
{
	static const char values[] = "0 9\"}{[,:\\z\x01\xff";
	struct luks_header good;
	struct luks_edit e;
	size_t i, k, len, accepted = 0;

	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(strcmp(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok") == 0);
	good = e.header;
	len = strlen(luks_edit_json(&e));
	for (i = 0; i < len; i++) {
		char was = luks_edit_json(&e)[i];
		const char c = values[i % (sizeof(values) - 1)];

		luks_edit_put(&e, BOTH, LUKS_BINARY_LEN + i, &c, 1);
		luks_edit_repair(&e);
		k = strcmp(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok") == 0;
		accepted += k;
		if (k && !CHECK(same_meaning(e.header, &good)))
			printf("#   byte %zu as %c\n", i, c);
		luks_edit_put(&e, BOTH, LUKS_BINARY_LEN + i, &was, 1);
	}
	CHECK(accepted < 60);
}

static const struct test tests[] = {
	{ "luks_metadata: one edit of the JSON", test_edits },
	{ "luks_metadata: memory for Argon2", test_memory },
	{ "luks_metadata: ciphers with integrity", test_integrity },
	{ "luks_metadata: edits of integrity", test_integrity_edits },
	{ "luks_metadata: keyslot numbers", test_slot_numbers },
	{ "luks_metadata: truncated", test_truncated },
	{ "luks_metadata: any byte changed", test_any_byte },
};

TEST_MAIN(tests)
