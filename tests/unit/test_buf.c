/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"
#include "test.h"

static void test_writers(void)
{
	cleanup_buf struct buf b = BUF(1024);

	CHECK_EQ_STR(buf_cstr(&b), "");
	buf_u8(&b, 0x01);
	buf_u16be(&b, 0x0203);
	buf_u32be(&b, 0x04050607);
	buf_u64be(&b, 0x08090a0b0c0d0e0f);
	CHECK_EQ_INT(buf_error(&b), 0);
	REQUIRE(b.len == 15);
	CHECK_EQ_MEM(b.data, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 15);
	buf_reset(&b);
	buf_str(&b, "a");
	buf_add(&b, "bcd", 2);
	buf_add(&b, NULL, 0);
	buf_printf(&b, "%d-%s", -5, "x");
	CHECK_EQ_STR(buf_cstr(&b), "abc-5-x");
	CHECK_EQ_INT(b.len, 7);
}

/* The limit counts a NUL that is always kept free. */
static void test_limit(void)
{
	cleanup_buf struct buf b = BUF(8);
	cleanup_buf struct buf none = { 0 };

	buf_str(&b, "1234567");
	CHECK_EQ_INT(buf_error(&b), 0);
	CHECK_EQ_STR(buf_cstr(&b), "1234567");
	buf_u8(&b, '8');
	CHECK_EQ_INT(buf_error(&b), -EMSGSIZE);
	CHECK_EQ_INT(b.len, 7);
	CHECK(!buf_cstr(&b));
	/* The first error stays, and nothing more is written. */
	buf_add(&b, "", 0);
	buf_printf(&b, "%s", "");
	CHECK_EQ_INT(buf_error(&b), -EMSGSIZE);
	buf_reset(&b);
	CHECK_EQ_INT(buf_error(&b), 0);
	CHECK_EQ_STR(buf_cstr(&b), "");
	buf_printf(&b, "%08d", 1);
	CHECK_EQ_INT(buf_error(&b), -EMSGSIZE);
	buf_reset(&b);
	buf_add(&b, "x", SIZE_MAX);
	CHECK_EQ_INT(buf_error(&b), -EMSGSIZE);
	buf_str(&none, "x");
	CHECK_EQ_INT(buf_error(&none), -EMSGSIZE);
	CHECK(!none.data);
}

static void test_growth(void)
{
	cleanup_buf struct buf b = BUF(100001);
	size_t i;

	for (i = 0; i < 100000; i++)
		buf_u8(&b, (uint8_t)(i % 251));
	REQUIRE(buf_error(&b) == 0);
	CHECK_EQ_INT(b.len, 100000);
	for (i = 0; i < 100000 && b.data[i] == i % 251; i++)
		;
	CHECK_EQ_INT(i, 100000);
	buf_u8(&b, 0);
	CHECK_EQ_INT(buf_error(&b), -EMSGSIZE);
}

static void test_move(void)
{
	cleanup_buf struct buf a = BUF(16), b = BUF(32);

	buf_str(&a, "old");
	buf_str(&b, "new");
	buf_move(&a, &b);
	CHECK_EQ_STR(buf_cstr(&a), "new");
	CHECK_EQ_INT(a.limit, 32);
	CHECK(b.len == 0 && !b.data);
	buf_str(&b, "again");
	CHECK_EQ_STR(buf_cstr(&b), "again");
	buf_free(&a);
	CHECK(!a.data && a.len == 0 && a.limit == 32);
}

static void test_json(void)
{
	static const struct {
		const char *text, *json;
	} texts[] = {
		{ "", "\"\"" },
		{ "plain /", "\"plain /\"" },
		{ "\"\\", "\"\\\"\\\\\"" },
		{ "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"" },
		{ "\xc3\xa9\xe2\x82\xac", "\"\xc3\xa9\xe2\x82\xac\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_buf struct buf b = BUF(64);

		CASE(texts[i].json);
		buf_json(&b, texts[i].text);
		CHECK_EQ_STR(buf_cstr(&b), texts[i].json);
	}
}

/* A getter that fails has consumed and stored nothing. */
static void test_reader(void)
{
	static const uint8_t data[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
	};
	struct reader r = READER(data, sizeof(data)), sub;
	uint8_t v8 = 0, bytes[2] = { 0 };
	uint16_t v16 = 0;
	uint32_t v32 = 0;
	uint64_t v64 = 0;

	CHECK(rd_u8(&r, &v8) && v8 == 1);
	CHECK(rd_u16be(&r, &v16) && v16 == 0x0203);
	CHECK(rd_u32be(&r, &v32) && v32 == 0x04050607);
	CHECK(rd_u64be(&r, &v64) && v64 == 0x08090a0b0c0d0e0f);
	CHECK(!rd_empty(&r) && r.left == 2);
	CHECK(!rd_u32be(&r, &v32) && v32 == 0x04050607);
	CHECK(!rd_u64be(&r, &v64) && v64 == 0x08090a0b0c0d0e0f);
	CHECK(!rd_bytes(&r, bytes, 3) && bytes[0] == 0);
	CHECK(!rd_skip(&r, 3) && !rd_skip(&r, SIZE_MAX));
	CHECK(r.left == 2 && r.p == data + 15);
	CHECK(rd_sub(&r, 1, &sub) && sub.left == 1 && sub.p[0] == 16);
	CHECK(!rd_u16be(&sub, &v16) && v16 == 0x0203 && sub.left == 1);
	CHECK(!rd_sub(&r, 2, &sub) && sub.left == 1);
	CHECK(rd_bytes(&r, bytes, 1) && bytes[0] == 17);
	CHECK(rd_empty(&r) && !rd_u8(&r, &v8) && v8 == 1);
	CHECK(rd_skip(&r, 0) && rd_bytes(&r, bytes, 0));
}

static const struct test tests[] = {
	{ "buf: writers", test_writers },
	{ "buf: limit", test_limit },
	{ "buf: growth", test_growth },
	{ "buf: move and free", test_move },
	{ "buf: JSON strings", test_json },
	{ "buf: reader", test_reader },
};

TEST_MAIN(tests)
