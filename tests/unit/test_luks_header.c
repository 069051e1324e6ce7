/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"
#include "luks_edit.h"
#include "secret.h"
#include "test.h"

#define FORMAT	"HEADER_FORMAT"
#define PROFILE	"HEADER_PROFILE"

/* What stock cryptsetup does with each: vectors/luks-headers/README.md. */
static const struct {
	const char *name, *verdict, *sentence;
} fixtures[] = {
	{ "none", "ok", "" },
	{ "sector_4096", "ok", "" },
	{ "seg-null", PROFILE,
	  "segment 0: 'encryption' is 'cipher_null-ecb', not 'aes-xts-plain64' or "
	  "'aes-gcm-random' or 'aegis128-random'" },
	{ "int_strip_null", PROFILE,
	  "segment 0: 'encryption' is 'cipher_null-ecb', not 'aes-xts-plain64' or "
	  "'aes-gcm-random' or 'aegis128-random'" },
	{ "int_none", PROFILE,
	  "segment 0: integrity is 'hmac-sha256', not 'none' as configured" },
	{ "int_nojournal", PROFILE,
	  "config: 'flags' is set, which no profile allows" },
	{ "keyslot_serpent8", PROFILE, "keyslot 0 area: 'encryption' is "
	  "'serpent-ecb', not 'aes-xts-plain64'" },
	{ "dup-seg", FORMAT,
	  "JSON at byte 461: an object has the same key twice" },
	{ "offset_2048", PROFILE, "segment 0: 'offset' is 17825792, but the "
	  "keyslots end at 16777216" },
	{ "ivtweak_2048", PROFILE, "segment 0: 'iv_tweak' is 2048, not 0" },
	{ "flags_allow-discards_no-read-workqueue", PROFILE,
	  "config: 'flags' is set, which no profile allows" },
	{ "require_online-reencrypt-v2", PROFILE,
	  "config: 'requirements' is set, which no profile allows" },
	{ "linear", PROFILE, "segment 0: 'type' is 'linear', not 'crypt'" },
	{ "kdf-bomb_4194304", PROFILE, "keyslot 0 kdf: 'memory' is 4194304, "
	  "not from 32 to 1048576" },
	{ "kdf-iter_2000000000", PROFILE, "keyslot 0 kdf: 'iterations' is "
	  "2000000000, not from 1000 to 10000000" },
	{ "segcipher_capi_xts_ecb_aes-generic__-plain64", PROFILE,
	  "segment 0: 'encryption' is 'capi:xts(ecb(aes-generic))-plain64', "
	  "not 'aes-xts-plain64' or 'aes-gcm-random' or 'aegis128-random'" },
};

static void test_fixtures(void)
{
	struct luks_edit e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fixtures); i++) {
		CASE(fixtures[i].name);
		REQUIRE(luks_edit_load(&e, fixtures[i].name));
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			     fixtures[i].verdict);
		CHECK_EQ_STR(e.why.text, fixtures[i].sentence);
		/* The bytes are as cryptsetup made them: nothing to repair. */
		luks_edit_repair(&e);
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			     fixtures[i].verdict);
	}
}

static void test_reported(void)
{
	struct luks_edit e;
	const struct luks_header *h = &e.header;
	cleanup_buf struct buf b = BUF(256);

	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(strcmp(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok") == 0);
	CHECK_EQ_STR(h->uuid, "b7b439c1-6377-491f-995e-f1a2433492ff");
	CHECK_EQ_STR(h->label, "");
	CHECK_EQ_INT(h->seqid, 3);
	CHECK_EQ_INT(h->device_size, DEVICE_SIZE);
	CHECK_EQ_INT(h->keyslot, 0);
	CHECK_EQ_INT(h->area_offset, 32768);
	CHECK_EQ_INT(h->area_size, 258048);
	CHECK_EQ_STR(h->area_cipher, "aes-xts-plain64");
	CHECK_EQ_INT(h->area_key_len, 64);
	CHECK_EQ_STR(h->af_hash, "sha256");
	CHECK_EQ_STR(h->kdf, "pbkdf2");
	CHECK_EQ_STR(h->kdf_hash, "sha256");
	CHECK_EQ_INT(h->kdf_iterations, 1000);
	CHECK_EQ_INT(h->kdf_memory, 0);
	CHECK_EQ_MEM(h->kdf_salt, "\xb7\xc5\x2b\xd9\x8c\xd1", 6);
	CHECK_EQ_INT(h->data_offset, 16777216);
	CHECK_EQ_INT(h->data_size, DEVICE_SIZE - 16777216);
	REQUIRE(h->suite);
	CHECK_EQ_STR(h->suite->cipher, "aes-xts-plain64");
	CHECK_EQ_INT(h->suite->key_len, 64);
	CHECK_EQ_INT(h->sector_size, 512);
	CHECK_EQ_INT(h->suite->integrity, LUKS_INTEGRITY_NONE);
	CHECK_EQ_STR(h->digest_hash, "sha256");
	CHECK_EQ_INT(h->digest_iterations, 1000);
	CHECK_EQ_INT(h->digest_len, 32);
	CHECK_EQ_MEM(h->digest, "\xe5\x6d\x6d\xc4\x10\x46", 6);
	luks_header_profile_json(h, false, &b);
	CHECK_EQ_STR(buf_cstr(&b), "{\"cipher\":\"aes-xts-plain64\",\"key-bits\":"
		     "512,\"sector-size\":512,\"integrity\":\"none\"}");
}

/* --- change one field of the binary header, expect one sentence --- */

#define UUID_AT		168
#define BYTES(s)	(s), sizeof(s) - 1

static const struct {
	unsigned copies;
	size_t at;
	const char *data;
	size_t len;
	const char *verdict, *sentence;
} edits[] = {
	{ FIRST, 0, BYTES("X"), FORMAT,
	  "primary header: the magic is not that of LUKS" },
	{ FIRST, 0, BYTES("SKUL"), FORMAT,
	  "primary header: the magic is not that of LUKS" },
	{ SECOND, 0, BYTES("LUKS"), FORMAT,
	  "secondary header: the magic is not that of LUKS" },
	{ BOTH, 7, BYTES("\1"), FORMAT, "primary header: LUKS version 1, not 2" },
	{ SECOND, 7, BYTES("\3"), FORMAT,
	  "secondary header: LUKS version 3, not 2" },
	{ BOTH, 8, BYTES("\0\0\0\0\0\0\x80\0"), PROFILE,
	  "primary header: size 32768, not 16384" },
	{ SECOND, 8, BYTES("\xff"), PROFILE, "secondary header: size "
	  "18374686479671640064, not 16384" },
	{ BOTH, 16, BYTES("\0\0\0\0\0\0\0\1"), "ok", "" },
	{ SECOND, 23, BYTES("\4"), FORMAT,
	  "the copies have sequence numbers 3 and 4" },
	{ FIRST, 16, BYTES("\1"), FORMAT, "the copies have sequence numbers "
	  "72057594037927939 and 3" },
	{ BOTH, 24, BYTES("root of all ~"), "ok", "" },
	{ FIRST, 24, BYTES("root"), FORMAT,
	  "the copies have different labels" },
	{ BOTH, 24, BYTES("\x1b[2J"), FORMAT,
	  "primary header: the label is not printable text" },
	{ BOTH, 24, BYTES("a\0b"), FORMAT,
	  "primary header: the label is not printable text" },
	{ BOTH, 71, BYTES("x"), FORMAT,
	  "primary header: the label is not printable text" },
	{ BOTH, 72, BYTES("sha512"), PROFILE,
	  "primary header: checksum 'sha512', not 'sha256'" },
	{ SECOND, 78, BYTES("x"), PROFILE,
	  "secondary header: checksum 'sha256x', not 'sha256'" },
	{ BOTH, 103, BYTES("x"), FORMAT,
	  "primary header: the checksum's name is not printable text" },
	{ FIRST, 104, BYTES("any salt"), "ok", "" },
	{ BOTH, UUID_AT, BYTES("01234567-89ab-cdef"), "ok", "" },
	{ SECOND, UUID_AT, BYTES("0"), FORMAT,
	  "the copies have different UUIDs" },
	{ BOTH, UUID_AT, BYTES("B"), FORMAT,
	  "primary header: the UUID is malformed" },
	{ BOTH, UUID_AT + 8, BYTES("0"), FORMAT,
	  "primary header: the UUID is malformed" },
	{ BOTH, UUID_AT + 35, BYTES("\0"), FORMAT,
	  "primary header: the UUID is malformed" },
	{ BOTH, UUID_AT + 36, BYTES("0"), FORMAT,
	  "primary header: the UUID is malformed" },
	{ BOTH, UUID_AT + 38, BYTES("0"), FORMAT,
	  "primary header: the UUID is not printable text" },
	{ BOTH, 208, BYTES("mine"), PROFILE,
	  "primary header: the subsystem is 'mine', not empty" },
	{ SECOND, 208, BYTES("\n"), FORMAT,
	  "secondary header: the subsystem is not printable text" },
	{ FIRST, 262, BYTES("\x40"), FORMAT,
	  "primary header: made for byte 16384, found at 0" },
	{ SECOND, 256, BYTES("\1"), FORMAT, "secondary header: made for byte "
	  "72057594037944320, found at 16384" },
	{ BOTH, 264, BYTES("\1"), FORMAT,
	  "primary header: the padding is not zero" },
	{ SECOND, 447, BYTES("\1"), FORMAT,
	  "secondary header: the padding is not zero" },
	{ BOTH, 512, BYTES("\1"), FORMAT,
	  "primary header: the padding is not zero" },
	{ SECOND, 4095, BYTES("\1"), FORMAT,
	  "secondary header: the padding is not zero" },
	{ BOTH, 16383, BYTES("\1"), FORMAT,
	  "primary header: there is something behind the JSON" },
	{ SECOND, 10000, BYTES("{}"), FORMAT,
	  "secondary header: there is something behind the JSON" },
};

static void test_binary(void)
{
	struct luks_edit e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		CASE(edits[i].sentence);
		REQUIRE(luks_edit_load(&e, "none"));
		luks_edit_put(&e, edits[i].copies, edits[i].at, edits[i].data,
			      edits[i].len);
		luks_edit_repair(&e);
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE),
			     edits[i].verdict);
		CHECK_EQ_STR(e.why.text, edits[i].sentence);
	}
}

static void test_checksum(void)
{
	static const size_t places[] = { 448, 479, 480, 511, 104, 4096, 4800 };
	struct luks_edit e;
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(places); i++) {
		size_t at = places[i / 2] + i % 2 * LUKS_COPY_LEN;

		REQUIRE(luks_edit_load(&e, "none"));
		e.area[at] ^= 1;
		CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), FORMAT);
		CHECK_EQ_STR(e.why.text, i % 2 ?
			     "secondary header: the checksum is wrong" :
			     "primary header: the checksum is wrong");
	}
}

static void test_copies(void)
{
	struct luks_edit e;

	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(luks_edit_replace(&e, SECOND, "\"iv_tweak\":\"0\"",
				  "\"iv_tweak\":\"1\""));
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), FORMAT);
	CHECK_EQ_STR(e.why.text, "the copies have different metadata");
	/* The same meaning in other words is not the same either. */
	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(luks_edit_replace(&e, FIRST, "\"tokens\":", "\"tokens\": "));
	luks_edit_repair(&e);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE), FORMAT);
}

/* Bytes of its own for each length, so that ASan sees a read too far. */
static void test_truncated(void)
{
	const struct luks_profile p = { 0 };
	struct luks_header h;
	struct luks_edit e;
	size_t len;

	REQUIRE(luks_edit_load(&e, "none"));
	for (len = 0; len < LUKS_AREA_LEN; len += len < 600 ? 1 : 61) {
		uint8_t *part = malloc(len ? len : 1);
		struct reason why = { 0 };
		int r;

		REQUIRE(part != NULL);
		memcpy(part, e.area, len);
		r = luks_header_parse(part, len, DEVICE_SIZE, &p, &h, &why);
		free(part);
		REQUIRE(r == -EBADMSG && why.code == CODE_HEADER_FORMAT);
	}
}

static void test_device_size(void)
{
	struct luks_edit e;

	REQUIRE(luks_edit_load(&e, "none"));
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, 0), FORMAT);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, 16777216), FORMAT);
	CHECK_EQ_STR(e.why.text,
		     "segment 0: starts at byte 16777216 of a device of 16777216");
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, 16777216 + 511), FORMAT);
	CHECK_EQ_STR(e.why.text, "segment 0: sectors of 512 do not fill a device "
		     "of 16777727");
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, 16777216 + 512), "ok");
	CHECK_EQ_INT(e.header.data_size, 512);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, UINT64_MAX - 511), "ok");
	REQUIRE(luks_edit_load(&e, "sector_4096"));
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE + 512), FORMAT);
	CHECK_EQ_STR(luks_edit_verdict(&e, NULL, DEVICE_SIZE + 4096), "ok");
}

static void test_profile(void)
{
	struct luks_profile p = { .sector_size = 512 };
	struct luks_edit e;

	REQUIRE(luks_edit_load(&e, "sector_4096"));
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
	CHECK_EQ_STR(e.why.text,
		     "segment 0: 'sector_size' is 4096, not 512 as configured");
	p.sector_size = 4096;
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), "ok");
	CHECK_EQ_INT(e.header.sector_size, 4096);
	REQUIRE(luks_edit_load(&e, "none"));
	CHECK_EQ_STR(luks_edit_verdict(&e, &p, DEVICE_SIZE), PROFILE);
}

/* --- the MAC: values of an independent program (tests/kbs/descriptor has the rule) --- */

static const uint8_t mac7[] = {
	0x76, 0x4b, 0xdb, 0x98, 0x3a, 0x9c, 0x1a, 0x76, 0xc6, 0x28, 0xe3, 0xaf,
	0x2e, 0x11, 0xf8, 0xc6, 0x3b, 0x0e, 0x76, 0x84, 0xbe, 0xfe, 0xa9, 0xdd,
	0x05, 0xf8, 0x6d, 0x7b, 0x56, 0x5f, 0x8a, 0xb3,
};

static const uint8_t mac8[] = {
	0x3e, 0x12, 0xdc, 0xbd, 0x20, 0x17, 0x42, 0x56, 0x89, 0x50, 0x69, 0x32,
	0xc7, 0x77, 0xd7, 0x95, 0xdf, 0x60, 0xd9, 0x73, 0xbf, 0x3f, 0x8a, 0x92,
	0xcc, 0x2e, 0xc5, 0x60, 0x91, 0x0d, 0x81, 0x2b,
};

static const uint8_t sha384[] = {
	0x28, 0x71, 0xc8, 0xd3, 0x67, 0x8b, 0xa5, 0x91, 0xbd, 0x93, 0xd2, 0xcd,
	0xc4, 0x18, 0xd2, 0x34, 0xd8, 0x27, 0x46, 0xa1, 0xb0, 0xfa, 0xdc, 0x0a,
	0xe7, 0x91, 0x5f, 0xcf, 0xbd, 0x9e, 0x89, 0x30, 0xea, 0x00, 0x68, 0x33,
	0x51, 0xad, 0x82, 0x43, 0xef, 0xb7, 0xde, 0xfd, 0x36, 0xf0, 0xa0, 0x31,
};

static uint8_t slot[258048];

static bool mac_is(struct luks_edit *e, uint64_t generation,
		   const struct secret *key, const uint8_t *want)
{
	struct digest d;

	return luks_header_mac(&e->header, e->area, slot, sizeof(slot),
			       generation, key, &d) == 0 &&
	       d.alg == HASH_SHA256 && equal_ct(d.bytes, want, 32);
}

static bool digest_is(struct luks_edit *e, const uint8_t *want)
{
	struct digest d;

	return luks_header_digest(&e->header, e->area, slot, sizeof(slot),
				  &d) == 0 &&
	       d.alg == HASH_SHA384 && equal_ct(d.bytes, want, 48);
}

static void test_mac(void)
{
	cleanup_secret struct secret key = { 0 };
	struct luks_edit e;
	size_t i;

	REQUIRE(luks_edit_load(&e, "none"));
	REQUIRE(strcmp(luks_edit_verdict(&e, NULL, DEVICE_SIZE), "ok") == 0);
	REQUIRE(secret_copy(&key, "a passphrase from the KBS", 25) == 0);
	for (i = 0; i < sizeof(slot); i++)
		slot[i] = (uint8_t)(i * 7 + (i >> 8));
	CHECK(mac_is(&e, 7, &key, mac7));
	CHECK(mac_is(&e, 8, &key, mac8));
	CHECK(digest_is(&e, sha384));
	/* Every part counts, but for the checksums. */
	e.area[448] ^= 1;
	e.area[LUKS_COPY_LEN + 511] ^= 1;
	CHECK(mac_is(&e, 7, &key, mac7) && digest_is(&e, sha384));
	e.header.device_size++;
	CHECK(!mac_is(&e, 7, &key, mac7) && digest_is(&e, sha384));
	e.header.device_size--;
	for (i = 0; i < LUKS_AREA_LEN; i += 447) {
		e.area[i] ^= 0x80;
		if (i % LUKS_COPY_LEN < 448 || i % LUKS_COPY_LEN >= 512)
			CHECK(!mac_is(&e, 7, &key, mac7) &&
			      !digest_is(&e, sha384));
		e.area[i] ^= 0x80;
	}
	slot[sizeof(slot) - 1] ^= 1;
	CHECK(!mac_is(&e, 7, &key, mac7) && !digest_is(&e, sha384));
	slot[sizeof(slot) - 1] ^= 1;
	e.header.uuid[0] = 'c';
	CHECK(!mac_is(&e, 7, &key, mac7));
	e.header.uuid[0] = 'b';
	key.data[0] ^= 1;
	CHECK(!mac_is(&e, 7, &key, mac7));
	key.data[0] ^= 1;
	CHECK(mac_is(&e, 7, &key, mac7));
}

static const struct test tests[] = {
	{ "luks_header: fixtures", test_fixtures },
	{ "luks_header: what is reported", test_reported },
	{ "luks_header: one edit of the binary header", test_binary },
	{ "luks_header: wrong checksums", test_checksum },
	{ "luks_header: copies that differ", test_copies },
	{ "luks_header: truncated", test_truncated },
	{ "luks_header: device size", test_device_size },
	{ "luks_header: sector size of the profile", test_profile },
	{ "luks_header: MAC and digest", test_mac },
};

TEST_MAIN(tests)
