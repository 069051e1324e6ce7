/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=mmap,--wrap=munmap */
/* The grammar of what Azure's metadata service says; tests/peer asks one. */
#include "encode.h"
#include "fault.h"
#include "metadata.h"
#include "third_party.h"

#define DER_LEN	0x114
#define BEGIN	"-----BEGIN CERTIFICATE-----\\n"
#define END	"-----END CERTIFICATE-----\\n"
#define AT_LEAST "{\"vcekCert\":\""

/* 30 82 01 10 and zeros: as far as we look at a certificate. */
static void put_pem(struct buf *b, size_t der_len)
{
	uint8_t der[DER_LEN + 1] = { 0x30, 0x82, 0x01, 0x10 };

	assert(der_len <= sizeof(der));
	buf_str(b, BEGIN);
	buf_b64(b, der, der_len, B64_STD);
	buf_str(b, "\\n" END);
}

static int parse_vcek(const char *text, struct buf *ret, struct reason *why)
{
	buf_reset(ret);
	return metadata_parse_vcek(text, strlen(text), ret, why);
}

static void test_vcek(void)
{
	cleanup_buf struct buf text = BUF(4096), der = BUF(4096);
	struct reason why = { .text = "" };

	buf_str(&text, "{\"tcbm\":\"DB18\",\"new\":[1],\"vcekCert\":\"");
	put_pem(&text, DER_LEN);
	buf_str(&text, "\",\"certificateChain\":\"\"}");
	REQUIRE(buf_cstr(&text));
	CHECK_EQ_INT(parse_vcek(buf_cstr(&text), &der, &why), 0);
	CHECK_EQ_STR(why.text, "");
	REQUIRE(der.len == DER_LEN);
	CHECK(der.data[0] == 0x30 && der.data[DER_LEN - 1] == 0);
}

#define NO_JSON	"it sent no JSON with a vcekCert"
#define NO_CERT	"it sent a vcekCert that is not one certificate"

static void test_vcek_edits(void)
{
	static const struct {
		const char *old, *new, *text;
	} edits[] = {
		{ "{\"vcek", "[\"vcek", NO_JSON },
		{ "\"}", "\"}x", NO_JSON },
		{ "\"}", "\"", NO_JSON },
		{ "vcekCert", "VcekCert", NO_JSON },
		{ "\"}", "\",\"vcekCert\":\"\"}", NO_JSON },
		{ "\"}", "\",\"quote\":nil}", NO_JSON },
		{ AT_LEAST, "{\"vcekCert\":7,\"c\":\"", NO_JSON },
		{ AT_LEAST, "{\"vcekCert\":null,\"c\":\"", NO_JSON },
		{ AT_LEAST, "{\"vcekCert\":[],\"c\":\"", NO_JSON },
		{ AT_LEAST, "{\"vcekCert\":\"\",\"c\":\"", NO_CERT },
		{ AT_LEAST, "{\"vcekCert\":\" ", NO_CERT },
		{ AT_LEAST, "{\"vcekCert\":\"x", NO_CERT },
		{ END, END "x", NO_CERT },
		{ END, END BEGIN "MIIB\\n" END, NO_CERT },
		{ END, "-----END CERTIFICATE----\\n", NO_CERT },
		{ BEGIN, "-----BEGIN X509 CRL-----\\n", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MIIBEQ", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MIIBDw", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MYIBEA", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MIIBEA=", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MII.EA", NO_CERT },
		{ BEGIN "MIIBEA", BEGIN "MIIBEAAAAA", NO_CERT },
	};
	cleanup_buf struct buf text = BUF(4096), der = BUF(4096);
	size_t i;

	buf_str(&text, AT_LEAST);
	put_pem(&text, DER_LEN);
	buf_str(&text, "\"}");
	REQUIRE(buf_cstr(&text));
	CHECK_EQ_INT(parse_vcek(buf_cstr(&text), &der, NULL), 0);
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_text char *other = text_replace(buf_cstr(&text),
							edits[i].old,
							edits[i].new);
		struct reason why = { .text = "" };

		CASE(edits[i].new);
		REQUIRE(other);
		CHECK_EQ_INT(parse_vcek(other, &der, &why), -EBADMSG);
		CHECK_EQ_STR(why.text, edits[i].text);
		CHECK_EQ_INT(why.code, CODE_NO_TEE);
		CHECK_EQ_INT(der.len, 0);
	}
}

/* Every cut of it. */
static void test_cut(void)
{
	cleanup_buf struct buf text = BUF(4096), der = BUF(4096);
	char *part;
	size_t len;

	buf_str(&text, AT_LEAST);
	put_pem(&text, DER_LEN);
	buf_str(&text, "\"}");
	for (len = 0; len < text.len; len++) {
		/* A block of its own, for the sanitizer. */
		part = malloc(len ? len : 1);
		REQUIRE(part);
		memcpy(part, text.data, len);
		CHECK_EQ_INT(metadata_parse_vcek(part, len, &der, NULL), -EBADMSG);
		CHECK_EQ_INT(metadata_parse_quote(part, len, &der, NULL), -EBADMSG);
		free(part);
	}
}

static void test_quote(void)
{
	static const struct {
		const char *text;
		int want;
		size_t len;
	} cases[] = {
		{ "{\"quote\":\"-_8A\"}", 0, 3 },
		{ "{\"quote\":\"-_8\"}", 0, 2 },
		{ "{\"quote\":\"-_8=\",\"more\":{}}", 0, 2 },
		{ "{\"quote\":\"\"}", -EBADMSG, 0 },
		{ "{\"quote\":\"+/8A\"}", -EBADMSG, 0 },
		{ "{\"quote\":\"-_9\"}", -EBADMSG, 0 },
		{ "{\"quote\":\"-_8A\\n\"}", -EBADMSG, 0 },
		{ "{\"quote\":\"-_8A \"}", -EBADMSG, 0 },
		{ "{\"quote\":null}", -EBADMSG, 0 },
		{ "{\"quote\":[1]}", -EBADMSG, 0 },
		{ "{\"quotes\":\"-_8A\"}", -EBADMSG, 0 },
		{ "\"quote\"", -EBADMSG, 0 },
		{ "{\"quote\":\"-_8A\",\"quote\":\"-_8A\"}", -EBADMSG, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf quote = BUF(64);
		struct reason why = { .text = "" };

		CASE(cases[i].text);
		CHECK_EQ_INT(metadata_parse_quote(cases[i].text,
						  strlen(cases[i].text), &quote,
						  &why), cases[i].want);
		CHECK_EQ_INT(quote.len, cases[i].len);
		CHECK(!why.text[0] == !cases[i].want);
		CHECK(cases[i].want || (quote.data[0] == 0xfb &&
					quote.data[1] == 0xff));
	}
}

/* The longest that is taken, and one more. */
static void test_longest(void)
{
	cleanup_buf struct buf quote = BUF(METADATA_QUOTE_MAX + 1);
	uint8_t *bytes = calloc(1, METADATA_QUOTE_MAX + 3);
	size_t more;

	REQUIRE(bytes);
	for (more = 0; more < 2; more++) {
		cleanup_buf struct buf text = BUF(64 * 1024);

		buf_str(&text, "{\"quote\":\"");
		buf_b64(&text, bytes, METADATA_QUOTE_MAX + more, B64_URL);
		buf_str(&text, "\"}");
		buf_reset(&quote);
		CHECK_EQ_INT(metadata_parse_quote((const char *)text.data,
						  text.len, &quote, NULL),
			     more ? -EBADMSG : 0);
		CHECK_EQ_INT(quote.len, more ? 0 : METADATA_QUOTE_MAX);
	}
	free(bytes);
}

/* A real certificate, as the service sends it. */
static void test_recorded(void)
{
	cleanup_buf struct buf pem = BUF(8192), text = BUF(16 * 1024);
	cleanup_buf struct buf der = BUF(METADATA_VCEK_MAX + 1);

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("az-snp-vtpm/vcek-genoa.pem", &pem) &&
		buf_cstr(&pem));
	buf_str(&text, "{\"vcekCert\":");
	buf_json(&text, buf_cstr(&pem));
	buf_str(&text, "}");
	CHECK_EQ_INT(parse_vcek(buf_cstr(&text), &der, NULL), 0);
	CHECK(der.len > 1000 && der.len < METADATA_VCEK_MAX);
}

static int run_vcek(void)
{
	cleanup_buf struct buf text = BUF(4096), der = BUF(4096);

	buf_str(&text, AT_LEAST);
	put_pem(&text, DER_LEN);
	buf_str(&text, "\"}");
	return buf_error(&text) ?: parse_vcek(buf_cstr(&text), &der, NULL);
}

static int run_quote(void)
{
	static const char text[] = "{\"quote\":\"-_8A\"}";
	cleanup_buf struct buf quote = BUF(64);

	return metadata_parse_quote(text, strlen(text), &quote, NULL);
}

static void test_memory(void)
{
	static const struct fault_case cases[] = {
		/* PEM is decoded, or it is not. */
		{ "certificate", run_vcek, true },
		{ "quote", run_quote, false },
	};

	run_cases(cases, ARRAY_SIZE(cases));
}

static const struct test tests[] = {
	{ "certificate", test_vcek },
	{ "each part of it", test_vcek_edits },
	{ "cut off", test_cut },
	{ "quote", test_quote },
	{ "the longest quote", test_longest },
	{ "a real certificate", test_recorded },
	{ "memory runs out", test_memory },
};
TEST_MAIN(tests)
