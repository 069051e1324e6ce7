/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "init_data.h"
#include "kbs_msg.h"
#include "log.h"
#include "test.h"
#include "vector.h"

/* The digests of one text, with the algorithm that it names and with others. */
static void test_vector(void)
{
	cleanup_vector struct vector v = VECTOR;
	cleanup_buf struct buf text = BUF(4096);
	struct reason why = { 0 };
	struct digest d;
	char *want;

	REQUIRE(vector_read("rcar/init-data.toml", &text));
	REQUIRE(vector_load(&v, "rcar/init-data-digests.json"));
	REQUIRE(init_data_parse((const char *)text.data, text.len, &d, &why) == 0);
	CHECK_EQ_INT(d.alg, HASH_SHA256);
	want = vector_string(&v, "sha256");
	CHECK(want && equals_hex(d.bytes, 32, want));
	text_free(&want);
}

/* PCR 8 after the digest was extended into it once. */
static void test_pcr(void)
{
	cleanup_vector struct vector v = VECTOR;
	uint8_t both[64] = { 0 };
	struct digest pcr;
	char *d, *want;

	REQUIRE(vector_load(&v, "rcar/init-data-digests.json"));
	d = vector_string(&v, "sha256");
	want = vector_string(&v, "pcr8_after_sha256_extend_from_zero");
	if (CHECK(d && want)) {
		struct secret s = secret_hex(d);

		memcpy(both + 32, s.data, 32);
		CHECK(hash(HASH_SHA256, both, sizeof(both), &pcr) == 0);
		CHECK(equals_hex(pcr.bytes, 32, want));
		secret_free(&s);
	}
	text_free(&d);
	text_free(&want);
}

#define V	"version = \"0.1.0\"\n"
#define A	"algorithm = \"sha384\"\n"

static void test_texts(void)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ V A, NULL },
		{ A V "[data]\nalgorithm = \"sha256\"\n", NULL },
		{ "# algorithm = \"sha256\"\n\n" V A "  [data]\n\"a\" = '''\nb'''", NULL },
		{ "version=\"\"#\r\nalgorithm\t = \t\"sha384\" # so\r\n", NULL },
		{ V "algorithm = \"sha384\"", NULL },
		{ V A "[data]\n\"k\" = \"\xc3\xa4\"\n", NULL },
		{ V A "[data]\n\"k\" = \"\xc3\"\n", "not UTF-8" },
		{ "\xef\xbb\xbf" V A, "line 1 is not" },
		{ V, "no 'algorithm'" },
		{ A, "no 'version'" },
		{ "", "no 'version'" },
		{ "[data]\n" V A, "no 'version'" },
		{ V A A, "line 3 is there a second time" },
		{ V V A, "line 2 is there a second time" },
		{ V A "other = \"x\"\n", "line 3 is not" },
		{ V "algorithm = \"sm3\"\n", "names none" },
		{ V "algorithm = \"SHA384\"\n", "names none" },
		{ V "algorithm = \"sha384 \"\n", "names none" },
		{ V "algorithm = \"\"\n", "names none" },
		{ V "algorithm = \"sha1\"\n", "names none" },
		{ V "algorithm = 'sha384'\n", "is not" },
		{ V "algorithm = \"\"\"sha384\"\"\"\n", "is not" },
		{ V "algorithm = \"sha384\" x\n", "is not" },
		{ V "algorithm = \"sha384\n", "is not" },
		{ V "algorithm = \"sha\\u0033\"\n", "is not" },
		{ V "algorithm \"sha384\"\n", "is not" },
		{ V "algorithms = \"sha384\"\n", "is not" },
		{ V "\"algorithm\" = \"sha384\"\n", "is not" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reason why = { 0 };
		struct digest d = { .alg = HASH_SHA1 };
		int r = init_data_parse(cases[i].text, strlen(cases[i].text), &d,
					&why);

		CASE(cases[i].text);
		CHECK_EQ_INT(r, cases[i].why ? -EINVAL : 0);
		CHECK_EQ_INT(d.alg, cases[i].why ? HASH_SHA1 : HASH_SHA384);
		if (!cases[i].why)
			continue;
		CHECK_EQ_INT(why.code, CODE_CONFIG);
		if (!CHECK(strstr(why.text, cases[i].why)))
			printf("#   is '%s'\n", why.text);
	}
	CASE("a NUL");
	CHECK_EQ_INT(init_data_parse(V A "\0", sizeof(V A), &(struct digest){ 0 },
				     NULL), -EINVAL);
}

/* kbs-wire.md 6: cut, or padded with zeros. */
static void test_matches(void)
{
	struct digest d = { .alg = HASH_SHA384 };
	uint8_t field[64] = { 0 };

	memset(d.bytes, 7, 48);
	memset(field, 7, 48);
	CHECK(init_data_matches(&d, field, 64));
	CHECK(init_data_matches(&d, field, 48));
	CHECK(init_data_matches(&d, field, 32));
	field[63] = 1;
	CHECK(!init_data_matches(&d, field, 64));
	CHECK(init_data_matches(&d, field, 63));
	field[31] = 1;
	CHECK(!init_data_matches(&d, field, 32));
	CHECK(init_data_matches(&d, field, 31));
	CHECK_EQ_INT(init_data_compare(&d, field, 32, "HOSTDATA"), -EACCES);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	CHECK(strstr(failure()->text, "HOSTDATA"));
	CHECK_EQ_INT(init_data_require(&d, HASH_SHA384, "x"), 0);
	CHECK_EQ_INT(init_data_require(&d, HASH_SHA512, "cca"), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
}

/* In the message it is a string, and none is null (kbs-wire.md 1.5). */
static void test_message(void)
{
	cleanup_buf struct buf text = BUF(4096), body = BUF(8192);
	cleanup_json struct json j = { 0 };
	const struct json_token *t;
	char back[4096];

	REQUIRE(vector_read("rcar/init-data.toml", &text));
	REQUIRE(kbs_msg_attestation("n", "{}", "{}", buf_cstr(&text), &body) == 0);
	REQUIRE(json_parse(&j, buf_cstr(&body), body.len, CODE_INTERNAL,
			   NULL) == 0);
	t = json_member(&j, json_root(&j), "init-data");
	CHECK(json_equals(&j, json_member(&j, t, "format"), "toml"));
	CHECK(json_string(&j, json_member(&j, t, "body"), back,
			  sizeof(back)) == 0);
	CHECK_EQ_STR(back, buf_cstr(&text));
	buf_reset(&body);
	CHECK(kbs_msg_attestation("n", "{}", "{}", NULL, &body) == 0);
	CHECK(strstr(buf_cstr(&body), "\"init-data\":null"));
}

static const struct test tests[] = {
	{ "the example", test_vector },
	{ "its PCR", test_pcr },
	{ "texts", test_texts },
	{ "comparing", test_matches },
	{ "the message", test_message },
};

TEST_MAIN(tests)
