/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=mmap,--wrap=munmap */
/* Azure's HCL reports: real ones, ones made here, and each field changed. */
#include "fault.h"
#include "hcl_fake.h"
#include "json.h"
#include "third_party.h"

#define AK_BYTE	0xc5

static const uint8_t user_data[HCL_USER_DATA_LEN] = { 0xab, 0xcd };

static void make(struct buf *b, enum hcl_type type)
{
	buf_reset(b);
	hcl_fake_usual(b, type, AK_BYTE, user_data);
}

static bool is_bound(const struct hcl_report *h)
{
	bool bound = false;

	CHECK(hcl_report_bound(h, &bound) == 0);
	return bound;
}

static void test_good(void)
{
	static const enum hcl_type types[] = { HCL_SNP, HCL_TDX };
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
	struct reason why = { .text = "" };
	uint8_t ak[HCL_AK_LEN];
	struct hcl_report h;
	size_t i;

	memset(ak, AK_BYTE, sizeof(ak));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		make(&b, types[i]);
		CHECK_EQ_INT(hcl_report_type(b.data, b.len), types[i]);
		CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, &why), 0);
		CHECK_EQ_STR(why.text, "");
		REQUIRE(!why.text[0]);
		CHECK_EQ_INT(h.type, types[i]);
		CHECK_EQ_INT(h.version, i + 1);
		CHECK_EQ_INT(h.hardware.left, i ? TD_REPORT_LEN : SNP_REPORT_LEN);
		CHECK(h.hardware.p == b.data + HARDWARE_AT);
		CHECK_EQ_MEM(h.ak, ak, sizeof(ak));
		CHECK(h.has_user_data);
		CHECK_EQ_MEM(h.user_data, user_data, sizeof(user_data));
		CHECK(is_bound(&h));
	}
}

/* Each byte of the hash, and of what must be zero behind it. */
static void test_bound(void)
{
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
	struct hcl_report h;
	size_t i;

	make(&b, HCL_SNP);
	for (i = 0; i < SNP_REPORT_DATA_LEN; i++) {
		b.data[SNP_DATA_AT + i] ^= 0x80;
		REQUIRE(hcl_report_parse(b.data, b.len, &h, NULL) == 0);
		CHECK(!is_bound(&h));
		b.data[SNP_DATA_AT + i] ^= 0x80;
	}
	make(&b, HCL_TDX);
	for (i = 0; i < TD_REPORT_DATA_LEN; i++) {
		b.data[TD_DATA_AT + i] ^= 1;
		REQUIRE(hcl_report_parse(b.data, b.len, &h, NULL) == 0);
		CHECK(!is_bound(&h));
		b.data[TD_DATA_AT + i] ^= 1;
	}
}

static void test_fields(void)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t flip;
		const char *text;
	} edits[] = {
		{ "magic", 0, 1, "does not begin with HCLA" },
		{ "magic, last byte", 3, 1, "does not begin with HCLA" },
		{ "version 0", 4, 1, "has version 0, not 1 or 2" },
		{ "version 257", 5, 1, "has version 257, not 1 or 2" },
		{ "version 3", 4, 2, "has version 3, not 1 or 2" },
		{ "report size", 8, 1, "has sizes that do not fit" },
		{ "report size, high", 11, 1, "has sizes that do not fit" },
		{ "request type", 12, 1, "answers no request for a report" },
		{ "status", 16, 7, "the paravisor made no report: status 7" },
		{ "SNP version", HARDWARE_AT, 0xf0, "the SNP report" },
		{ "data size", CLAIMS_HEADER_AT, 1, "has sizes that do not fit" },
		{ "data size, high", CLAIMS_HEADER_AT + 3, 1,
		  "has sizes that do not fit" },
		{ "claims version", CLAIMS_HEADER_AT + 4, 2,
		  "has sizes that do not fit" },
		{ "type 3", CLAIMS_HEADER_AT + 8, 1,
		  "is about other hardware than SNP and TDX" },
		{ "TDX, which it is not", CLAIMS_HEADER_AT + 8, 6,
		  "this is no TDREPORT" },
		{ "SHA-512", CLAIMS_HEADER_AT + 12, 2,
		  "has claims that are not hashed with SHA-256" },
		{ "claims longer by 1", CLAIMS_HEADER_AT + 16, 1,
		  "has sizes that do not fit" },
		{ "claims of 16 MiB", CLAIMS_HEADER_AT + 19, 1, "is cut off" },
		{ "no JSON", CLAIMS_AT, 1, "has claims that are no JSON" },
	};
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
	struct hcl_report h;
	size_t i;

	make(&b, HCL_SNP);
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		struct reason why = { .text = "" };

		CASE(edits[i].name);
		b.data[edits[i].at] ^= edits[i].flip;
		CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_NO_TEE);
		if (!CHECK(strstr(why.text, edits[i].text)))
			printf("#   %s\n", why.text);
		b.data[edits[i].at] ^= edits[i].flip;
	}
	CASE("what is reserved");
	memset(b.data + 20, 0xff, 12);
	CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, NULL), 0);
	CASE("a byte behind it");
	b.data[b.len - 1] = 1;
	CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, NULL), -EBADMSG);
	CASE("neither report");
	b.data[CLAIMS_HEADER_AT + 8] = 3;
	CHECK_EQ_INT(hcl_report_type(b.data, b.len), HCL_NONE);
}

static void test_lengths(void)
{
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
	struct hcl_report h;
	uint8_t *bytes;
	size_t len;

	make(&b, HCL_TDX);
	/* Without the four zeros behind it. */
	for (len = 0; len <= b.len; len++) {
		/* A block of its own, for the sanitizer. */
		bytes = malloc(len ? len : 1);
		REQUIRE(bytes);
		memcpy(bytes, b.data, len);
		CHECK_EQ_INT(hcl_report_parse(bytes, len, &h, NULL),
			     len < b.len - 4 ? -EBADMSG : 0);
		CHECK_EQ_INT(hcl_report_type(bytes, len), len <
			     CLAIMS_HEADER_AT + 12 ? HCL_NONE : HCL_TDX);
		free(bytes);
	}
}

/* Part of the usual claims in other words. */
static void test_claims(void)
{
	static const struct {
		const char *old, *new, *text;
	} edits[] = {
		{ "{\"keys\":[", "{\"keys\":7,\"k\":[", "HCLAkPub" },
		{ "\"HCLAkPub\"", "\"HCLXkPub\"", "HCLAkPub" },
		{ "\"HCLEkPub\"", "\"HCLAkPub\"", "HCLAkPub" },
		{ "\"kty\":\"RSA\",\"e\"", "\"kty\":\"EC\",\"e\"", "HCLAkPub" },
		{ "\"AQAB\"", "\"Aw\"", "HCLAkPub" },
		{ "\"n\":\"", "\"n\":\"xcXF", "HCLAkPub" },
		{ "\"n\":\"xcXF", "\"n\":\"", "HCLAkPub" },
		{ "\"n\":\"xcXF", "\"n\":\"xc+F", "HCLAkPub" },
		{ "\"n\":\"", "\"m\":\"", "HCLAkPub" },
		{ "\"user-data\":\"ab", "\"user-data\":\"", "user data" },
		{ "\"user-data\":\"ab", "\"user-data\":\"abab", "user data" },
		{ "\"user-data\":\"ab", "\"user-data\":\"xb", "user data" },
		{ ",\"user-data\":\"", ",\"user-data\":7,\"v\":\"", "user data" },
		{ "{\"keys\"", "{\"keys\":1,\"keys\"", "JSON" },
		{ "\"7\"}", "\"7\"]", "JSON" },
	};
	cleanup_buf struct buf claims = BUF(HCL_FAKE_CLAIMS_MAX);
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
	struct hcl_report h;
	size_t i;

	hcl_fake_claims(&claims, AK_BYTE, user_data);
	REQUIRE(buf_cstr(&claims));
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_text char *text = text_replace(buf_cstr(&claims),
						       edits[i].old,
						       edits[i].new);
		cleanup_buf struct buf other = BUF(HCL_FAKE_CLAIMS_MAX);
		struct reason why = { .text = "" };

		CASE(edits[i].new);
		REQUIRE(text);
		buf_str(&other, text);
		buf_reset(&b);
		hcl_fake(&b, HCL_SNP, &other);
		CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, &why), -EBADMSG);
		if (!CHECK(strstr(why.text, edits[i].text)))
			printf("#   %s\n", why.text);
	}
	CASE("no user data");
	buf_reset(&b);
	hcl_fake_usual(&b, HCL_SNP, AK_BYTE, NULL);
	REQUIRE(hcl_report_parse(b.data, b.len, &h, NULL) == 0);
	CHECK(!h.has_user_data);
}

/* Reports of real machines. */
static void test_recorded(void)
{
	static const struct {
		const char *name;
		enum hcl_type type;
	} files[] = {
		{ "az-snp-vtpm/hcl-report.bin", HCL_SNP },
		{ "az-tdx-vtpm/hcl-report.bin", HCL_TDX },
	};
	cleanup_buf struct buf out = BUF(64 * 1024);
	struct hcl_report h;
	size_t i;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_buf struct buf b = BUF(HCL_REPORT_MAX);
		struct reason why = { .text = "" };

		CASE(files[i].name);
		REQUIRE(third_party_read(files[i].name, &b));
		CHECK_EQ_INT(hcl_report_parse(b.data, b.len, &h, &why), 0);
		CHECK_EQ_STR(why.text, "");
		CHECK_EQ_INT(h.type, files[i].type);
		CHECK(is_bound(&h));
		CHECK(h.has_user_data);
		CHECK_EQ_INT(hcl_report_json(&h, &out), 0);
	}
}

/* What is shown is what was in it; strange names and values do not come through. */
static void test_json(void)
{
	cleanup_buf struct buf claims = BUF(HCL_FAKE_CLAIMS_MAX);
	cleanup_buf struct buf b = BUF(HCL_REPORT_MAX), out = BUF(64 * 1024);
	cleanup_json struct json j = { 0 };
	const struct json_token *all, *shown;
	cleanup_text char *text = NULL;
	struct hcl_report h;

	hcl_fake_claims(&claims, AK_BYTE, NULL);
	text = text_replace(buf_cstr(&claims), "\"secure-boot\":true",
			    "\"secure-boot\":false,\"n\":1,\"o\":{\"x\":[]},"
			    "\"a\\u0001\":true");
	REQUIRE(text);
	buf_reset(&claims);
	buf_str(&claims, text);
	hcl_fake(&b, HCL_TDX, &claims);
	b.data[TD_DATA_AT] ^= 1;
	REQUIRE(hcl_report_parse(b.data, b.len, &h, NULL) == 0);
	CHECK_EQ_INT(hcl_report_json(&h, &out), 0);
	REQUIRE(buf_cstr(&out) && json_parse(&j, buf_cstr(&out), out.len,
					     CODE_INTERNAL, NULL) == 0);
	CHECK(json_equals(&j, json_member(&j, json_root(&j), "report_type"),
			  "tdx"));
	CHECK(json_member(&j, json_root(&j), "bound")->type == JSON_FALSE);
	all = json_member(&j, json_root(&j), "claims");
	CHECK(json_member(&j, all, "user-data")->type == JSON_NULL);
	shown = json_member(&j, all, "vm-configuration");
	REQUIRE(shown);
	CHECK_EQ_INT(shown->count, 2);
	CHECK(json_member(&j, shown, "secure-boot")->type == JSON_FALSE);
	CHECK(json_equals(&j, json_member(&j, shown, "vmUniqueId"), "7"));
}

static struct buf usual = BUF(HCL_REPORT_MAX);

static int run_parse(void)
{
	struct hcl_report h;

	return hcl_report_parse(usual.data, usual.len, &h, NULL);
}

static int run_json(void)
{
	cleanup_buf struct buf out = BUF(64 * 1024);
	struct hcl_report h;

	return hcl_report_parse(usual.data, usual.len, &h, NULL) ?:
	       hcl_report_json(&h, &out) ?: buf_error(&out);
}

static void test_memory(void)
{
	static const struct fault_case cases[] = {
		{ "parse", run_parse, false },
		{ "show", run_json, false },
	};

	make(&usual, HCL_SNP);
	run_cases(cases, ARRAY_SIZE(cases));
	buf_free(&usual);
}

static const struct test tests[] = {
	{ "both kinds", test_good },
	{ "the hash of the claims", test_bound },
	{ "each field", test_fields },
	{ "each length", test_lengths },
	{ "claims", test_claims },
	{ "reports of real machines", test_recorded },
	{ "as JSON", test_json },
	{ "memory runs out", test_memory },
};
TEST_MAIN(tests)
