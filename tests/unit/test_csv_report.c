/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv_fake.h"
#include "json.h"
#include "test.h"
#include "third_party.h"

#define TEXT_MAX	(128 * 1024)

/* Where the PEK is in a plain and in an extended report. */
static const size_t pek_at[] = { 336, 1168 };

static uint8_t user_data[CSV_USER_DATA_LEN], mnonce[CSV_MNONCE_LEN];

static void make(bool extended, uint8_t *page)
{
	struct fake_report f = { .extended = extended };
	size_t i;

	for (i = 0; i < sizeof(f.rtmr); i++)
		((uint8_t *)f.rtmr)[i] = (uint8_t)(i / SM3_LEN);
	memset(user_data, 0xda, 48);
	memset(mnonce, 0xce, sizeof(mnonce));
	fake_report(&f, user_data, mnonce, page);
}

static void test_fields(void)
{
	uint8_t page[CSV_REPORT_LEN];
	struct reason why = { 0 };
	struct csv_report s;
	int extended;
	size_t i;

	for (extended = 0; extended <= 1; extended++) {
		size_t at = pek_at[extended];

		make(extended, page);
		REQUIRE(csv_report_parse(page, extended, &s, &why) == 0);
		CHECK_EQ_INT(s.extended, extended);
		CHECK_EQ_MEM(s.user_data, user_data, sizeof(user_data));
		CHECK_EQ_MEM(s.mnonce, mnonce, sizeof(mnonce));
		CHECK_EQ_INT(s.policy, 0x45);
		CHECK(!csv_debug(&s));
		for (i = 0; i < CSV_RTMR_COUNT; i++)
			CHECK_EQ_INT(s.rtmr[i][7], extended ? i : 0);
		CHECK(csv_report_check(&s, user_data, mnonce, &why) == 0);
		/* As it was, but for what has to be bare, and the end. */
		CHECK_EQ_MEM(s.raw, page, at);
		CHECK_EQ_MEM(s.raw + at, "\1\0\0\0\1\3\0\0\2\x10\0\0", 12);
		CHECK_EQ_STR((const char *)s.raw + at + 2084, FAKE_SERIAL);
		for (i = 0; i < 32; i++)
			CHECK_EQ_INT(s.raw[at + 2148 + i], 0);
		CHECK_EQ_MEM(s.raw + at + 2180, page + at + 2180,
			     CSV_REPORT_LEN - at - 2180);
	}
}

/* A byte of the page, and who finds that it is another. */
static void test_changed(void)
{
	static const struct {
		const char *name;
		size_t at;		/* from the PEK on, when it is there */
		bool pek;
		int parse;		/* of the plain form; 0: check() does */
		const char *says;	/* NULL: nobody, it is for the verifier */
	} cases[] = {
		{ "VM", 40, false, 0, NULL },
		{ "user data", 64, false, 0, "does not hold what it was asked" },
		{ "last of them", 127, false, 0, "does not hold what it was" },
		{ "nonce", 128, false, 0, "answers another request" },
		{ "last of it", 143, false, 0, "answers another request" },
		{ "measurement", 150, false, 0, NULL },
		{ "version", 0, true, -EBADMSG, "has no certificate of a PEK" },
		{ "usage", 8, true, -EBADMSG, "has no certificate of a PEK" },
		{ "algorithm", 12, true, -EBADMSG, "has no certificate of a PEK" },
		{ "key", 30, true, 0, "has a certificate that the firmware" },
		{ "name", 165, true, -EBADMSG, "a PEK with too long a name" },
		{ "signature", 1053, true, 0, "has a certificate that the" },
		{ "serial number", 2084, true, -EBADMSG, "has no serial number" },
		{ "its end", 2084 + 63, true, -EBADMSG, "has no serial number" },
		{ "reserved", 2148, true, 0, "has a certificate that the" },
		{ "MAC", 2180, true, 0, "has a certificate that the" },
		{ "last of it", 2211, true, 0, "has a certificate that the" },
		{ "behind it", 2212, true, 0, NULL },
	};
	uint8_t page[CSV_REPORT_LEN];
	int extended, r;
	size_t i;

	for (i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		size_t k = i / 2;
		struct reason why = { .text = "" };
		struct csv_report s;

		CASE(cases[k].name);
		extended = (int)(i % 2);
		make(extended, page);
		page[cases[k].at + (cases[k].pek ? pek_at[extended] : 0)] ^= 0x80;
		r = csv_report_parse(page, extended, &s, &why);
		CHECK_EQ_INT(r, cases[k].parse);
		if (r == 0)
			r = csv_report_check(&s, user_data, mnonce, &why);
		CHECK_EQ_INT(r, cases[k].says ? -EBADMSG : 0);
		CHECK_EQ_INT(why.code, r ? CODE_NO_TEE : CODE_NONE);
		if (cases[k].says && !CHECK(strstr(why.text, cases[k].says)))
			printf("#   says '%s'\n", why.text);
	}
}

/* The number under which the fields are disguised changes all of them. */
static void test_disguise(void)
{
	uint8_t page[CSV_REPORT_LEN];
	struct csv_report s;
	size_t i;

	for (i = 0; i < 4; i++) {
		make(false, page);
		page[188 + i] ^= 1;
		CHECK_EQ_INT(csv_report_parse(page, false, &s, NULL), -EBADMSG);
	}
	/* One form is not taken for the other. */
	make(false, page);
	CHECK_EQ_INT(csv_report_parse(page, true, &s, NULL), -EBADMSG);
	make(true, page);
	CHECK_EQ_INT(csv_report_parse(page, false, &s, NULL), -EBADMSG);
	/* In the extended form it is the firmware's build. */
	page[188] ^= 1;
	CHECK_EQ_INT(csv_report_parse(page, true, &s, NULL), 0);
}

static void test_debug(void)
{
	struct fake_report f = { .debug = true };
	uint8_t page[CSV_REPORT_LEN];
	struct csv_report s;
	int extended;

	for (extended = 0; extended <= 1; extended++) {
		f.extended = extended;
		fake_report(&f, user_data, mnonce, page);
		REQUIRE(csv_report_parse(page, extended, &s, NULL) == 0);
		CHECK(csv_debug(&s));
	}
}

static void test_serial(void)
{
	static const struct {
		const char *text;
		int r;
	} cases[] = {
		{ "a", 0 }, { "KPA64911240507", 0 }, { "", -EBADMSG },
		{ "a b", -EBADMSG }, { "../a", -EBADMSG }, { "a&b", -EBADMSG },
		{ "a\xc3\xa9", -EBADMSG }, { "a\n", -EBADMSG },
		{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		  0 },
	};
	uint8_t page[CSV_REPORT_LEN];
	struct csv_report s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake_report f = { .serial = cases[i].text };

		CASE(cases[i].text);
		fake_report(&f, user_data, mnonce, page);
		CHECK_EQ_INT(csv_report_parse(page, false, &s, NULL),
			     cases[i].r);
	}
}

static bool parse_json(const struct csv_report *s, struct vector *v)
{
	buf_str(&v->text, "{");
	csv_report_json(s, &v->text);
	buf_str(&v->text, "}");
	return CHECK(buf_cstr(&v->text)) &&
	       CHECK(json_parse(&v->json, buf_cstr(&v->text), v->text.len,
				CODE_INTERNAL, NULL) == 0);
}

/* The extended form says so, as Trustee wants it. */
static void test_json(void)
{
	cleanup_vector struct vector v = VECTOR;
	uint8_t page[CSV_REPORT_LEN];
	struct csv_report s;

	make(true, page);
	REQUIRE(csv_report_parse(page, true, &s, NULL) == 0);
	REQUIRE(parse_json(&s, &v));
	CHECK(strstr(buf_cstr(&v.text), "{\"attestation_report\":{\"magic\":[65,"
		     "84,84,69,83,84,65,84,73,79,78,95,69,88,84,0],\"flags\":1,"
		     "\"data\":[0,"));
	CHECK_EQ_INT(vector_at(&v, "attestation_report/data")->count, 4096);
	CHECK_EQ_INT(vector_at(&v, "serial_number")->count, 64);
}

/* The report of a real machine: all of it hangs together. */
static void test_real(void)
{
	cleanup_buf struct buf file = BUF(VECTOR_MAX);
	uint8_t page[CSV_REPORT_LEN] = { 0 }, data[CSV_USER_DATA_LEN] = { 0 };
	struct reason why = { .text = "" };
	struct csv_report s;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("csv/csv-rs-report.cert", &file));
	REQUIRE(file.len == 2548);
	memcpy(page, file.data, file.len);
	REQUIRE(csv_report_parse(page, false, &s, &why) == 0);
	memcpy(data, "user data", 9);
	CHECK(equals_hex(s.mnonce, sizeof(s.mnonce),
			 "67c6697351ff4aec29cdbaabf2fbe346"));
	CHECK_EQ_INT(csv_report_check(&s, data, s.mnonce, &why), 0);
	CHECK_EQ_STR((const char *)s.raw + 336 + 2084, "NZA9T14052605");
	CHECK_EQ_INT(s.policy, 0x40000001);
}

/*
 * What Trustee takes is made again from the report that it was made of: that
 * is the same with certificate and serial number disguised.  What was in the
 * reserved field is lost, so that the MAC cannot be right.
 */
static void test_evidence(void)
{
	cleanup_vector struct vector want = VECTOR, got = VECTOR;
	uint8_t page[CSV_REPORT_LEN], anonce[4];
	static const char *const members[] = {
		"attestation_report", "cert_chain", "serial_number",
	};
	const struct json_token *list, *t;
	struct csv_report s;
	uint64_t byte;
	size_t i = 0;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_load(&want, "csv/csv_evidence.json"));
	list = vector_at(&want, "attestation_report/data");
	REQUIRE(list && list->count == CSV_REPORT_LEN);
	for (t = json_first(&want.json, list); t;
	     t = json_next(&want.json, list, t)) {
		REQUIRE(json_u64(&want.json, t, 255, &byte) == 0);
		page[i++] = (uint8_t)byte;
	}
	memcpy(anonce, page + 188, 4);
	for (i = 336; i < 336 + 2084 + 64; i++)
		page[i] ^= anonce[i % 4];
	REQUIRE(csv_report_parse(page, false, &s, NULL) == 0);
	CHECK(!s.mac_good);
	CHECK(!csv_debug(&s));
	REQUIRE(parse_json(&s, &got));
	for (i = 0; i < ARRAY_SIZE(members); i++) {
		CASE(members[i]);
		CHECK(vector_same(&want.json, vector_at(&want, members[i]),
				  &got.json, vector_at(&got, members[i])));
	}
	CHECK_EQ_INT(json_root(&want.json)->count, ARRAY_SIZE(members) + 1);
}

static const struct test tests[] = {
	{ "both forms", test_fields },
	{ "one byte changed", test_changed },
	{ "the disguise", test_disguise },
	{ "a guest that may be debugged", test_debug },
	{ "serial numbers", test_serial },
	{ "as JSON", test_json },
	{ "a real report", test_real },
	{ "evidence that Trustee takes", test_evidence },
};
TEST_MAIN(tests)
