/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"
#include "limits.h"
#include "se_fake.h"
#include "test.h"
#include "vector.h"

static bool counts_up(const uint8_t *p, uint8_t base, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != (uint8_t)(base + i))
			return false;
	return true;
}

static void test_fields(void)
{
	cleanup_buf struct buf text = BUF(FAKE_NONCE_MAX);
	cleanup_se_nonce struct se_nonce n = { 0 };
	struct reason why = { 0 };

	put_nonce(&text);
	REQUIRE(se_nonce_parse(buf_cstr(&text), text.len, &n, &why) == 0);
	CHECK_EQ_INT(n.request.len, FAKE_REQUEST_LEN);
	CHECK(counts_up(n.request.data, 0, n.request.len));
	CHECK_EQ_INT(n.measurement_len, 64);
	CHECK_EQ_INT(n.additional_len, 96);
	CHECK_EQ_INT(n.wrapped_key.len, FAKE_WRAPPED_LEN);
	CHECK(counts_up(n.wrapped_key.data, 1, n.wrapped_key.len));
	CHECK_EQ_INT(n.wrapped_nonce.len, FAKE_WRAPPED_LEN);
	CHECK(counts_up(n.wrapped_nonce.data, 2, n.wrapped_nonce.len));
	CHECK(counts_up(n.tags, 3, SE_TAGS_LEN));
	CHECK_EQ_INT(why.code, CODE_NONE);
}

#define SIZE	"\"measurement_size\":64"
#define MORE	"\"additional_size\":96"
#define KEY	"\"encr_measurement_key\":"
#define TAGS	"\"image_hdr_tags\":\"AwQF"

static const struct {
	const char *name, *old, *new, *says;	/* says NULL: it is taken */
} edits[] = {
	{ "a member more", "{", "{\"runtime_data_digest\":null,", NULL },
	{ "a small measurement", SIZE, "\"measurement_size\":1", NULL },
	{ "a large measurement", SIZE, "\"measurement_size\":32768", NULL },
	{ "no additional data", MORE, "\"additional_size\":0", NULL },
	{ "much additional data", MORE, "\"additional_size\":32768", NULL },
	{ "without padding", "AA==\"", "AA\"", NULL },
	{ "no measurement", SIZE, "\"measurement_size\":0",
	  "'measurement_size' of the nonce is not a size that is allowed" },
	{ "too large a measurement", SIZE, "\"measurement_size\":32769",
	  "'measurement_size' of the nonce is not a size" },
	{ "2^32", SIZE, "\"measurement_size\":4294967360", "is not a size" },
	{ "a size as text", SIZE, "\"measurement_size\":\"64\"",
	  "is not a size" },
	{ "a fraction", SIZE, "\"measurement_size\":64.0", "is not a size" },
	{ "less than nothing", MORE, "\"additional_size\":-1",
	  "'additional_size' of the nonce is not a size" },
	{ "too much additional data", MORE, "\"additional_size\":32769",
	  "'additional_size' of the nonce is not a size" },
	{ "no size", SIZE ",", "", "'measurement_size' of the nonce is missing" },
	{ "another size", MORE, "\"additional\":96",
	  "'additional_size' of the nonce is missing" },
	{ "no request", "request_blob", "request",
	  "'request_blob' of the nonce is missing" },
	{ "no key", KEY, "\"key\":", "'encr_measurement_key' of the nonce is missing" },
	{ "no nonce", "encr_request_nonce", "nonce",
	  "'encr_request_nonce' of the nonce is missing" },
	{ "no tags", "image_hdr_tags", "image_hdr_tag",
	  "'image_hdr_tags' of the nonce is missing" },
	{ "an empty request", "\"request_blob\":\"", "\"request_blob\":\"\","
	  "\"x\":\"", "'request_blob' of the nonce has a size that is not" },
	{ "an empty key", KEY "\"", KEY "\"\",\"x\":\"",
	  "'encr_measurement_key' of the nonce has a size" },
	{ "a key as number", KEY "\"", KEY "7,\"x\":\"",
	  "'encr_measurement_key' of the nonce is no base64" },
	{ "a blank", TAGS, "\"image_hdr_tags\":\"AwQ ",
	  "'image_hdr_tags' of the nonce is no base64" },
	{ "another alphabet", TAGS, "\"image_hdr_tags\":\"AwQ_",
	  "'image_hdr_tags' of the nonce is no base64" },
	{ "205 bytes of tags", TAGS, "\"image_hdr_tags\":\"",
	  "'image_hdr_tags' of the nonce has a size that is not" },
	{ "211 bytes of tags", TAGS, TAGS "AwQF",
	  "'image_hdr_tags' of the nonce has a size that is not" },
	{ "twice", SIZE, SIZE "," SIZE, "same key twice" },
	{ "more text", "}", "}x", "text after the value" },
	{ "an array", "{", "[{", "JSON at byte" },
};

static void test_edits(void)
{
	cleanup_buf struct buf good = BUF(FAKE_NONCE_MAX);
	size_t i;

	put_nonce(&good);
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_se_nonce struct se_nonce n = { 0 };
		struct reason why = { .text = "" };
		cleanup_text char *text = NULL;
		int r;

		CASE(edits[i].name);
		text = text_replace(buf_cstr(&good), edits[i].old, edits[i].new);
		REQUIRE(text);
		r = se_nonce_parse(text, strlen(text), &n, &why);
		CHECK_EQ_INT(r, edits[i].says ? -EBADMSG : 0);
		CHECK_EQ_INT(why.code, r ? CODE_KBS_PROTOCOL : CODE_NONE);
		CHECK(!r == !!n.request.data);
		if (edits[i].says && !CHECK(strstr(why.text, edits[i].says)))
			printf("#   says '%s'\n", why.text);
	}
}

/* The usual nonce, and anything else that is no object with these members. */
static void test_other(void)
{
	static const char *const texts[] = {
		"", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "null", "7",
		"\"\"", "[]", "{}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		struct reason why = { .text = "" };
		struct se_nonce n;

		CASE(texts[i]);
		CHECK_EQ_INT(se_nonce_parse(texts[i], strlen(texts[i]), &n,
					    &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_KBS_PROTOCOL);
	}
}

/* A wrapped key may have so many bytes, and no more. */
static void test_limit(void)
{
	static const uint8_t zeros[SE_WRAPPED_MAX + 1];
	size_t len;

	for (len = SE_WRAPPED_MAX; len <= SE_WRAPPED_MAX + 1; len++) {
		cleanup_buf struct buf good = BUF(FAKE_NONCE_MAX);
		cleanup_buf struct buf key = BUF(FAKE_NONCE_MAX);
		cleanup_se_nonce struct se_nonce n = { 0 };
		cleanup_text char *text = NULL;

		put_nonce(&good);
		buf_str(&key, KEY "\"");
		buf_b64(&key, zeros, len, B64_STD);
		buf_str(&key, "\",\"x\":\"");
		text = text_replace(buf_cstr(&good), KEY "\"", buf_cstr(&key));
		REQUIRE(text);
		CHECK_EQ_INT(se_nonce_parse(text, strlen(text), &n, NULL),
			     len > SE_WRAPPED_MAX ? -EBADMSG : 0);
	}
}

static void test_json(void)
{
	cleanup_buf struct buf text = BUF(FAKE_NONCE_MAX), b = BUF(4096);
	cleanup_se_nonce struct se_nonce n = { 0 };
	cleanup_vector struct vector v = VECTOR;
	struct reason why = { 0 };
	const char *out;

	put_nonce(&text);
	REQUIRE(se_nonce_parse(buf_cstr(&text), text.len, &n, &why) == 0);
	se_nonce_json(&n, &b);
	out = buf_cstr(&b);
	REQUIRE(out && json_parse(&v.json, out, b.len, CODE_INTERNAL,
				  &why) == 0);
	CHECK(strstr(out, "{\"request_blob\":\"00010203") == out);
	CHECK(strstr(out, ",\"measurement_size\":64,\"additional_size\":96,"));
	CHECK(json_equals(&v.json, vector_at(&v, "image_hdr_tags/tag"),
			  "c3c4c5c6c7c8c9cacbcccdcecfd0d1d2"));
	CHECK(strstr(out, "\"image_hdr_tags\":{\"pld\":\"0304"));
	CHECK(strstr(out, "\"ald\":\"4344"));
	CHECK(strstr(out, "\"tld\":\"8384"));
}

static const struct test tests[] = {
	{ "each field", test_fields },
	{ "one thing changed", test_edits },
	{ "other nonces", test_other },
	{ "the largest key", test_limit },
	{ "as JSON", test_json },
};
TEST_MAIN(tests)
