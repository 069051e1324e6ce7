/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The examples of the standards; tests/peer/test_sm3.py has every length. */
#include "sm3.h"
#include "test.h"
#include "vector.h"

#define ABCD16	"abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd"

static void test_hash(void)
{
	/* GB/T 32905-2016, annex A: of less than a block, and of a whole one. */
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{ "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e2"
			 "4167c4875cf2f7a2297da02b8f4ba8e0" },
		{ ABCD16, "debe9ff92275b8a138604889c18e5a4d"
			  "6fdb70e5387e5765293dcba39c0c5732" },
	};
	uint8_t got[SM3_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].text);
		sm3(cases[i].text, strlen(cases[i].text), got);
		CHECK(equals_hex(got, sizeof(got), cases[i].hex));
	}
}

/* GM/T 0042-2015, D.3, numbers 1 to 3. */
static void test_hmac(void)
{
	static const char text[] =
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t key[64], data[50], got[SM3_LEN];
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i + 1);
	sm3_hmac(key, 32, text, strlen(text), got);
	CHECK(equals_hex(got, sizeof(got), "ca05e144ed05d1857840d1f318a4a866"
			 "9e559fc8391f414485bfdf7bb408963a"));
	memset(data, 0xcd, sizeof(data));
	sm3_hmac(key, 37, data, sizeof(data), got);
	CHECK(equals_hex(got, sizeof(got), "220bf579ded555393f0159f66c998778"
			 "22a3ecf610d1552154b41d44b94db3ae"));
	memset(key, 0x0b, sizeof(key));
	sm3_hmac(key, 32, "Hi There", 8, got);
	CHECK(equals_hex(got, sizeof(got), "c0ba18c68b90c88bc07de794bfc7d2c8"
			 "d19ec31ed8773bc2b390c9604e0be11e"));
}

static const struct test tests[] = {
	{ "sm3: hash", test_hash },
	{ "sm3: HMAC", test_hmac },
};

TEST_MAIN(tests)
