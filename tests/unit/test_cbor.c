/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=malloc */
#include "cbor.h"
#include "encode.h"
#include "test.h"

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

/* The biggest request so far, and the one that fails; 0: none does. */
static size_t biggest, failing, requests;

void *__wrap_malloc(size_t size)
{
	if (size > biggest)
		biggest = size;
	return ++requests == failing ? NULL : __real_malloc(size);
}

static int parse_hex(struct cbor *c, const char *hex, struct reason *why)
{
	uint8_t bytes[4096];
	size_t len = strlen(hex) / 2;

	if (!CHECK(len <= sizeof(bytes)) ||
	    !CHECK(hex_decode(hex, strlen(hex), bytes, len) == 0))
		return -EINVAL;
	return cbor_parse(c, bytes, len, CODE_NO_TEE, why);
}

/* {1: -5, -7: h'0102', 399: "tag", "text": [1, {}]} tagged 399 */
#define GOOD	"d9018f" "a4" "0124" "26420102" "19018f63746167" \
		"6474657874" "8201a0"

static void test_values(void)
{
	cleanup_cbor struct cbor c = { 0 };
	const struct cbor_value *map;
	struct reader bytes;
	char text[8];
	int64_t n;

	REQUIRE(parse_hex(&c, GOOD, NULL) == 0);
	map = cbor_tagged(c.root, 399);
	REQUIRE(cbor_is_map(map));
	CHECK(!cbor_tagged(c.root, 398));
	CHECK_EQ_INT(cbor_count(map), 4);
	CHECK(cbor_int(cbor_member(map, 1), &n) && n == -5);
	CHECK(cbor_bytes(cbor_member(map, -7), &bytes) && bytes.left == 2);
	CHECK_EQ_MEM(bytes.p, "\1\2", 2);
	CHECK(cbor_text(cbor_member(map, 399), text, sizeof(text)));
	CHECK_EQ_STR(text, "tag");
	CHECK(!cbor_text(cbor_member(map, 399), text, 3));
	CHECK(!cbor_member(map, 2));
	CHECK(!cbor_member(NULL, 1));
	CHECK(!cbor_member(c.root, 1));
	CHECK(!cbor_int(map, &n));
	CHECK(!cbor_bytes(cbor_member(map, 399), &bytes));
	CHECK(!cbor_text(cbor_member(map, -7), text, sizeof(text)));
	CHECK(!cbor_element(map, 0));
	CHECK_EQ_INT(cbor_count(c.root), 0);
}

static void test_numbers(void)
{
	static const struct {
		const char *hex;
		bool good;
		int64_t n;
	} cases[] = {
		{ "00", true, 0 }, { "17", true, 23 }, { "1818", true, 24 },
		{ "20", true, -1 }, { "3818", true, -25 },
		{ "1b7fffffffffffffff", true, INT64_MAX },
		{ "3b7fffffffffffffff", true, INT64_MIN },
		{ "1b8000000000000000", false, 0 },
		{ "3bffffffffffffffff", false, 0 },
		{ "f5", false, 0 }, { "f97c00", false, 0 }, { "40", false, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_cbor struct cbor c = { 0 };
		int64_t n = 7;

		CASE(cases[i].hex);
		if (!CHECK(parse_hex(&c, cases[i].hex, NULL) == 0))
			continue;
		CHECK(cbor_int(c.root, &n) == cases[i].good);
		CHECK_EQ_INT(n, cases[i].good ? cases[i].n : 7);
	}
}

static void test_arrays(void)
{
	cleanup_cbor struct cbor c = { 0 };
	char text[4];
	int64_t n;

	REQUIRE(parse_hex(&c, "8403616101" "6101", NULL) == 0);
	CHECK(cbor_is_array(c.root) && !cbor_is_map(c.root));
	CHECK_EQ_INT(cbor_count(c.root), 4);
	CHECK(cbor_int(cbor_element(c.root, 2), &n) && n == 1);
	CHECK(cbor_text(cbor_element(c.root, 1), text, sizeof(text)));
	/* The last is a control character. */
	CHECK(!cbor_text(cbor_element(c.root, 3), text, sizeof(text)));
	CHECK(!cbor_element(c.root, 4));
}

/* The tags that libcbor refuses in their short form, and its neighbours. */
static void test_tags(void)
{
	static const char *const hex[] = {
		"c501", "c601", "d201", "d401", "d501", "d81201",
	};
	static const uint64_t tag[] = { 5, 6, 18, 20, 21, 18 };
	struct cbor none = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tag); i++) {
		cleanup_cbor struct cbor c = { 0 };
		int64_t n;

		CASE(hex[i]);
		CHECK_EQ_INT(parse_hex(&c, hex[i], NULL), 0);
		CHECK(cbor_int(cbor_tagged(c.root, tag[i]), &n) && n == 1);
	}
	CASE("nothing is tagged");
	CHECK_EQ_INT(parse_hex(&none, "d2", NULL), -EBADMSG);
	CHECK_EQ_INT(parse_hex(&none, "d20000", NULL), -EBADMSG);
}

static void test_refused(void)
{
	static const char *const cases[][2] = {
		{ "", "malformed" },
		{ "1c", "malformed" },
		{ "ff", "malformed" },
		{ "42ff", "malformed" },
		{ "a10a", "malformed" },
		{ "82", "malformed" },
		{ "c0", "malformed" },
		{ "5bffffffffffffffff", "malformed" },
		{ "0000", "followed" },
		{ GOOD "f6", "followed" },
		{ "5f4101ff", "indefinite" },
		{ "7f6161ff", "indefinite" },
		{ "9fff", "indefinite" },
		{ "9f01ff", "indefinite" },
		{ "bfff", "indefinite" },
		{ "8181a1019fff", "indefinite" },
		{ "c19fff", "indefinite" },
		{ "a201000100", "twice" },
		{ "a2010018010a", "twice" },
		{ "a2616100616100", "twice" },
		{ "a2200020f6", "twice" },
		{ "8182a0a201000100", "twice" },
		{ "a1410100", "neither" },
		{ "a1f400", "neither" },
		{ "a18001", "neither" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cbor c = { 0 };
		struct reason why = { 0 };

		CASE(cases[i][0]);
		CHECK_EQ_INT(parse_hex(&c, cases[i][0], &why), -EBADMSG);
		CHECK(!c.root);
		CHECK_EQ_INT(why.code, CODE_NO_TEE);
		if (!CHECK(strstr(why.text, cases[i][1])))
			printf("#   is '%s'\n", why.text);
	}
}

/* Counts that the input does not have take no memory. */
static void test_counts(void)
{
	static const char *const cases[] = {
		"9a00100000", "9b0000000100000000", "9bffffffffffffffff",
		"ba00100000", "bb0000000100000000", "bbffffffffffffffff",
		"5a00100000", "7a00100000", "9a001000009a001000009a00100000",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cbor c = { 0 };

		CASE(cases[i]);
		biggest = 0;
		CHECK_EQ_INT(parse_hex(&c, cases[i], NULL), -EBADMSG);
		CHECK(biggest < 1024);
	}
}

static void test_limits(void)
{
	static uint8_t big[CBOR_LEN_MAX + 1];
	struct cbor c = { 0 };
	struct reason why = { 0 };
	char deep[2 * 33 + 1];
	size_t i;

	CHECK_EQ_INT(cbor_parse(&c, big, sizeof(big), CODE_NO_TEE, &why),
		     -EMSGSIZE);
	for (i = 0; i < 33; i++)
		memcpy(deep + 2 * i, i < 32 ? "81" : "80", 3);
	CHECK_EQ_INT(parse_hex(&c, deep, NULL), 0);
	cbor_free(&c);
	memcpy(deep + 64, "81", 2);
	CHECK_EQ_INT(parse_hex(&c, deep, NULL), -EBADMSG);
	/* A map of 257 pairs: 0x0100 to 0x0200. */
	memcpy(big, "\xb9\x01\x01", 3);
	for (i = 0; i < 257; i++) {
		big[3 + 4 * i] = 0x19;
		big[4 + 4 * i] = (uint8_t)(1 + (i >> 8));
		big[5 + 4 * i] = (uint8_t)i;
		big[6 + 4 * i] = 0;
	}
	CHECK_EQ_INT(cbor_parse(&c, big, 3 + 4 * 257, CODE_NO_TEE, &why),
		     -EBADMSG);
	CHECK(strstr(why.text, "too big"));
	/* As many small items as fit. */
	big[0] = 0x9a;
	memcpy(big + 1, "\0\1\xff\xfb", 4);
	memset(big + 5, 0x40, 0x1fffb);
	CHECK_EQ_INT(cbor_parse(&c, big, CBOR_LEN_MAX, CODE_NO_TEE, &why), 0);
	cbor_free(&c);
}

static void test_no_memory(void)
{
	struct cbor c = { 0 };
	size_t n;
	int r = -ENOMEM;

	for (n = 1; r == -ENOMEM && n < 100; n++) {
		requests = 0;
		failing = n;
		r = parse_hex(&c, GOOD, NULL);
	}
	failing = 0;
	CHECK_EQ_INT(r, 0);
	CHECK(n > 10);
	cbor_free(&c);
	cbor_free(&c);
}

static const struct test tests[] = {
	{ "values of each kind", test_values },
	{ "whole numbers", test_numbers },
	{ "arrays", test_arrays },
	{ "short tags", test_tags },
	{ "what is refused", test_refused },
	{ "declared counts", test_counts },
	{ "limits", test_limits },
	{ "no memory", test_no_memory },
};

TEST_MAIN(tests)
