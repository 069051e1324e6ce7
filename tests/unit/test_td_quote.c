/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "encode.h"
#include "td_quote.h"
#include "test.h"
#include "third_party.h"

#define QUOTE_MAX	8192
#define HEADER_LEN	48
#define BODY_10_LEN	584
#define BODY_15_LEN	648
#define SIGNATURE_LEN	134

/* Where things are: tee-abi.md 4.2, for version 4; 6 more for version 5. */
#define RTMR0_AT	376
#define REPORT_DATA_AT	568

static void put_fill(struct buf *b, size_t len, unsigned first)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_u8(b, (uint8_t)(first + i));
}

/* A quote whose bytes tell where they are from; its signature is no such. */
static void put_quote(struct buf *b, unsigned version, unsigned type)
{
	uint32_t len = type == 3 ? BODY_15_LEN : BODY_10_LEN;

	buf_u16le(b, (uint16_t)version);
	buf_u16le(b, 2);
	buf_u32le(b, 0x81);
	put_fill(b, HEADER_LEN - 8, 8);
	if (version == 5) {
		buf_u16le(b, (uint16_t)type);
		buf_u32le(b, len);
	}
	put_fill(b, len, 100);
	buf_u32le(b, SIGNATURE_LEN);
	put_fill(b, SIGNATURE_LEN, 0);
}

static void test_versions(void)
{
	static const struct {
		unsigned version, type;
		size_t len;
	} cases[] = {
		{ 4, 2, 632 + 4 + SIGNATURE_LEN },
		{ 5, 2, 638 + 4 + SIGNATURE_LEN },
		{ 5, 3, 702 + 4 + SIGNATURE_LEN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf b = BUF(QUOTE_MAX);
		size_t shift = cases[i].version == 5 ? 6 : 0, len;
		struct td_quote q;

		put_quote(&b, cases[i].version, cases[i].type);
		len = b.len;
		put_fill(&b, 100, 0);
		REQUIRE(td_quote_parse(b.data, b.len, &q, NULL) == 0);
		CHECK_EQ_INT(q.len, cases[i].len);
		CHECK_EQ_INT(q.len, len);
		CHECK_EQ_INT(q.version, cases[i].version);
		CHECK_EQ_MEM(q.info.rtmr[0], b.data + RTMR0_AT + shift, 192);
		CHECK_EQ_MEM(q.report_data, b.data + REPORT_DATA_AT + shift, 64);
		CHECK_EQ_INT(q.has_15, cases[i].type == 3);
		if (q.has_15)
			CHECK_EQ_MEM(q.mrservicetd, b.data + 54 + 600, 48);
	}
}

static void test_bad(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
		const char *says;
	} cases[] = {
		{ "version", 0, 3, "version 3" },
		{ "SGX", 4, 0, "another TEE" },
		{ "SGX body", 48, 1, "unknown body" },
		{ "TDX 1.0 body of another size", 48, 2, "unknown body" },
		{ "size of the body", 50, 0, "unknown body" },
		{ "size of the signature", 703, 1, "cut off" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf b = BUF(QUOTE_MAX);
		struct reason why = { .text = "" };
		struct td_quote q;

		CASE(cases[i].name);
		put_quote(&b, 5, 3);
		b.data[cases[i].at] = cases[i].value;
		CHECK_EQ_INT(td_quote_parse(b.data, b.len, &q, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_NO_TEE);
		if (!CHECK(strstr(why.text, cases[i].says)))
			printf("#   says '%s'\n", why.text);
	}
}

static void test_cut(void)
{
	cleanup_buf struct buf b = BUF(QUOTE_MAX);
	struct td_quote q;
	size_t len;

	put_quote(&b, 5, 3);
	for (len = 0; len < b.len; len++) {
		uint8_t *exact = malloc(len ?: 1);

		REQUIRE(exact);
		memcpy(exact, b.data, len);
		CHECK_EQ_INT(td_quote_parse(exact, len, &q, NULL), -EBADMSG);
		free(exact);
	}
	memset(b.data + 702, 0, 4);
	CHECK_EQ_INT(td_quote_parse(b.data, b.len, &q, NULL), -EBADMSG);
}

static void test_debug(void)
{
	struct td_info info = { .attributes = { 0xfe, 0xff } };

	CHECK(!td_debug(&info));
	info.attributes[0] = 1;
	CHECK(td_debug(&info));
}

/* The claims that Trustee has of the quote. */
static void test_real_v4(void)
{
	cleanup_buf struct buf b = BUF(QUOTE_MAX), text = BUF(QUOTE_MAX);
	cleanup_vector struct vector v = VECTOR;
	cleanup_json struct json j = { 0 };
	struct td_quote q;
	const char *p;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("tdx/tdx_quote_4.dat", &b));
	REQUIRE(third_party_load(&v, "tdx/parse_tdx_claims_expected.json"));
	REQUIRE(td_quote_parse(b.data, b.len, &q, NULL) == 0);
	CHECK(q.len <= b.len);
	CHECK(td_debug(&q.info));
	td_quote_json(&q, &text);
	p = buf_cstr(&text);
	REQUIRE(p);
	REQUIRE(json_parse(&j, p, text.len, CODE_INTERNAL, NULL) == 0);
	if (!CHECK(vector_same(&j, json_root(&j), &v.json,
			       vector_at(&v, "quote"))))
		printf("#   %s\n", p);
}

static void test_real_v5(void)
{
	cleanup_buf struct buf b = BUF(QUOTE_MAX);
	struct td_quote q;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("tdx/tdx_quote_5.dat", &b));
	REQUIRE(td_quote_parse(b.data, b.len, &q, NULL) == 0);
	CHECK_EQ_INT(q.version, 5);
	CHECK(q.has_15);
	CHECK(q.len <= b.len);
	CHECK_EQ_MEM(q.report_data, b.data + REPORT_DATA_AT + 6, 64);

	buf_reset(&b);
	REQUIRE(third_party_read("az-tdx-vtpm/td-quote.bin", &b));
	REQUIRE(td_quote_parse(b.data, b.len, &q, NULL) == 0);
	CHECK_EQ_INT(q.version, 4);
	CHECK(q.info.rtmr[0][0] == 0 && q.info.rtmr[3][47] == 0);
}

static void test_tdreport(void)
{
	static const uint8_t rtmr0[] = { 0xf4, 0xec, 0x1a, 0x04 };
	static const uint8_t rtmr1[] = { 0x4e, 0x5f, 0x88, 0x26 };
	cleanup_buf struct buf b = BUF(QUOTE_MAX);
	static const uint8_t zero[TD_MR_LEN];
	struct td_report t;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("tdx/tdreport_1.bin", &b));
	REQUIRE(td_report_parse(b.data, b.len, &t, NULL) == 0);
	CHECK_EQ_MEM(t.info.rtmr[0], rtmr0, sizeof(rtmr0));
	CHECK_EQ_MEM(t.info.rtmr[1], rtmr1, sizeof(rtmr1));
	CHECK_EQ_MEM(t.info.rtmr[2], zero, sizeof(zero));
	CHECK_EQ_MEM(t.info.rtmr[3], zero, sizeof(zero));
	CHECK_EQ_INT(td_report_parse(b.data, b.len - 1, &t, NULL), -EBADMSG);
	b.data[0] = 0;
	CHECK_EQ_INT(td_report_parse(b.data, b.len, &t, NULL), -EBADMSG);
}

static const struct test tests[] = {
	{ "versions and bodies", test_versions },
	{ "one field changed", test_bad },
	{ "each length", test_cut },
	{ "the debug bit", test_debug },
	{ "a real quote, version 4", test_real_v4 },
	{ "real quotes, version 5 and Azure's", test_real_v5 },
	{ "a real TDREPORT", test_tdreport },
};
TEST_MAIN(tests)
