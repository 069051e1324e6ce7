/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "buf.h"
#include "ear.h"
#include "encode.h"
#include "test.h"

#define VECTOR_(name, value) \
	"{\"submods\":{\"cpu0\":{\"ear.status\":\"none\"," \
	"\"ear.trustworthiness-vector\":{\"" name "\":" value "}}}}"
#define SUBMOD(name, status) "\"" name "\":{\"ear.status\":\"" status "\"}"
#define MALFORMED	"the token's 'submods' are malformed"

static int parse(const char *claims, struct ear *ret, struct reason *why)
{
	cleanup_buf struct buf b = BUF(1 << 16);

	*why = (struct reason){ 0 };
	buf_str(&b, "eyJhbGciOiJFUzI1NiJ9.");
	buf_b64(&b, claims, strlen(claims), B64_URL);
	buf_str(&b, ".AAAA");
	return ear_parse(buf_cstr(&b), ret, why);
}

/* kbs-wire.md 10: members that are not known are passed over. */
static void test_claims(void)
{
	static const char claims[] =
		"{\"eat_profile\":\"x\",\"iat\":1,\"submods\":{"
		"\"cpu0\":{\"ear.status\":\"warning\",\"more\":{},"
		"\"ear.trustworthiness-vector\":{\"instance-identity\":2,"
		"\"configuration\":-1,\"executables\":33,\"file-system\":0,"
		"\"hardware\":127,\"runtime-opaque\":-128,\"storage-opaque\":96,"
		"\"sourced-data\":1,\"new\":\"thing\"}},"
		"\"gpu0\":{\"ear.status\":\"affirming\"}}}";
	static const int8_t vector[] = { 2, -1, 33, 0, 127, -128, 96, 1 };
	static const int8_t none[EAR_CLAIMS];
	struct reason why;
	struct ear e;

	REQUIRE(parse(claims, &e, &why) == 0);
	CHECK_EQ_INT(why.code, CODE_NONE);
	CHECK_EQ_INT(e.count, 2);
	CHECK_EQ_STR(e.submods[0].name, "cpu0");
	CHECK_EQ_STR(e.submods[0].status, "warning");
	CHECK_EQ_MEM(e.submods[0].vector, vector, EAR_CLAIMS);
	CHECK_EQ_STR(e.submods[1].name, "gpu0");
	CHECK_EQ_STR(e.submods[1].status, "affirming");
	CHECK_EQ_MEM(e.submods[1].vector, none, EAR_CLAIMS);
	CHECK_EQ_STR(ear_status(&e), "warning");
}

/* The names are those of the report, in the order of AR4SI. */
static void test_names(void)
{
	static const char *const names[EAR_CLAIMS] = {
		"instance-identity", "configuration", "executables",
		"file-system", "hardware", "runtime-opaque", "storage-opaque",
		"sourced-data",
	};
	char claims[256];
	struct reason why;
	struct ear e;
	size_t i, k;

	for (i = 0; i < EAR_CLAIMS; i++) {
		CASE(names[i]);
		CHECK_EQ_STR(ear_claim_name(i), names[i]);
		(void)snprintf(claims, sizeof(claims), VECTOR_("%s", "7"),
			       names[i]);
		REQUIRE(parse(claims, &e, &why) == 0);
		for (k = 0; k < EAR_CLAIMS; k++)
			CHECK_EQ_INT(e.submods[0].vector[k], k == i ? 7 : 0);
	}
}

static void test_worst(void)
{
	static const struct {
		const char *submods, *status;
	} cases[] = {
		{ "", "none" },
		{ SUBMOD("a", "affirming"), "affirming" },
		{ SUBMOD("a", "affirming") "," SUBMOD("b", "none"), "none" },
		{ SUBMOD("a", "none") "," SUBMOD("b", "affirming"), "none" },
		{ SUBMOD("a", "warning") "," SUBMOD("b", "affirming"),
		  "warning" },
		{ SUBMOD("a", "warning") "," SUBMOD("b", "contraindicated") ","
		  SUBMOD("c", "affirming"), "contraindicated" },
		/* What we have no word for is no praise. */
		{ SUBMOD("a", "Affirming"), "unknown" },
		{ SUBMOD("a", "") "," SUBMOD("b", "affirming"), "unknown" },
		{ SUBMOD("a", "contraindicated") "," SUBMOD("b", "banana"),
		  "unknown" },
	};
	char claims[256];
	struct reason why;
	struct ear e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].submods);
		(void)snprintf(claims, sizeof(claims), "{\"submods\":{%s}}",
			       cases[i].submods);
		REQUIRE(parse(claims, &e, &why) == 0);
		CHECK_EQ_STR(ear_status(&e), cases[i].status);
	}
}

static const struct {
	const char *claims, *sentence;
} refused[] = {
	{ "", "JSON at byte 0: a value is missing" },
	{ "{", "JSON at byte 1: a string is missing" },
	{ "{}", "the token has no 'submods'" },
	{ "[]", "the token has no 'submods'" },
	{ "{\"submods\":[]}", "the token has no 'submods'" },
	{ "{\"submods\":null}", "the token has no 'submods'" },
	{ "{\"submods\":{},\"submods\":{}}",
	  "JSON at byte 15: an object has the same key twice" },
	{ "{\"submods\":{\"cpu0\":1}}", MALFORMED },
	{ "{\"submods\":{\"cpu0\":{}}}", MALFORMED },
	{ "{\"submods\":{\"cpu0\":{\"ear.status\":2}}}", MALFORMED },
	{ "{\"submods\":{" SUBMOD("cpu0", "sixteen charact.") "}}", MALFORMED },
	{ "{\"submods\":{" SUBMOD("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "none")
	  "}}", MALFORMED },
	{ "{\"submods\":{" SUBMOD("cpu\\u0030", "none") "}}", MALFORMED },
	{ "{\"submods\":{" SUBMOD("1", "none") "," SUBMOD("2", "none") ","
	  SUBMOD("3", "none") "," SUBMOD("4", "none") "," SUBMOD("5", "none") ","
	  SUBMOD("6", "none") "," SUBMOD("7", "none") "," SUBMOD("8", "none") ","
	  SUBMOD("9", "none") "}}", MALFORMED },
	{ VECTOR_("hardware", "128"), MALFORMED },
	{ VECTOR_("hardware", "-129"), MALFORMED },
	{ VECTOR_("hardware", "1.0"), MALFORMED },
	{ VECTOR_("hardware", "1e1"), MALFORMED },
	{ VECTOR_("hardware", "\"2\""), MALFORMED },
	{ VECTOR_("hardware", "null"), MALFORMED },
	{ VECTOR_("hardware", "-128888"), MALFORMED },
};

static void test_refused(void)
{
	struct reason why;
	struct ear e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		CASE(refused[i].claims);
		memset(&e, 'x', sizeof(e));
		CHECK_EQ_INT(parse(refused[i].claims, &e, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_KBS_PROTOCOL);
		CHECK_EQ_STR(why.text, refused[i].sentence);
		/* Changed on success only. */
		CHECK_EQ_INT(e.submods[0].name[0], 'x');
	}
}

static void test_no_jws(void)
{
	static const struct {
		const char *token, *sentence;
	} cases[] = {
		{ "", "the token is not a JWS" },
		{ "eyJ9", "the token is not a JWS" },
		{ "e30.e30", "the token is not a JWS" },
		{ "a.*.b", "the token is not base64url" },
		{ "a.e3.b", "the token is not base64url" },
		{ "a.e.b", "the token is not base64url" },
		{ "a..b", "JSON at byte 0: a value is missing" },
	};
	struct reason why;
	struct ear e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].token);
		why = (struct reason){ 0 };
		CHECK_EQ_INT(ear_parse(cases[i].token, &e, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_KBS_PROTOCOL);
		CHECK_EQ_STR(why.text, cases[i].sentence);
	}
}

static const struct test tests[] = {
	{ "claims", test_claims },
	{ "names", test_names },
	{ "worst status", test_worst },
	{ "refused", test_refused },
	{ "no jws", test_no_jws },
};

TEST_MAIN(tests)
