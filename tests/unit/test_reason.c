/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codes are an interface: exactly these, as the manual lists them. */
#include <stdio.h>

#include "reason.h"
#include "test.h"

/* design.md 4.4, word for word. */
static const char codes[] =
	"CONFIG ENTROPY NO_TEE TEE_MISMATCH NETWORK KBS_UNREACHABLE KBS_IDENTITY "
	"KBS_PROTOCOL KBS_VERSION KBS_REFUSED KBS_DENIED RESOURCE JWE "
	"DISK_MISSING DISK_AMBIGUOUS HEADER_FORMAT HEADER_PROFILE HEADER_MAC "
	"HEADER_ROLLBACK KEY_REJECTED TABLE VERITY PROVISION MEASURE LEVEL "
	"TUNNEL TIMEOUT INTERNAL";

static void test_codes(void)
{
	char list[1024] = "";
	enum code code;
	size_t n = 0;

	for (code = CODE_NONE + 1; code < CODE_COUNT; code++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s",
				      n ? " " : "", code_name(code));
	CHECK_EQ_STR(list, codes);
	CHECK_EQ_STR(code_name(CODE_NONE), "ok");
	CHECK_EQ_STR(code_hint(CODE_NONE), "");
	CHECK_EQ_STR(code_name(CODE_KBS_DENIED), "KBS_DENIED");
	CHECK_EQ_STR(code_name(CODE_INTERNAL), "INTERNAL");
}

/* One clause in plain ASCII that fits the line, and no two codes share one. */
static void test_hints(void)
{
	enum code a, b;
	const char *p;

	for (a = CODE_NONE + 1; a < CODE_COUNT; a++) {
		const char *hint = code_hint(a);
		size_t len = strlen(hint);

		CASE(code_name(a));
		REQUIRE(len > 0);
		CHECK(len < 120);
		CHECK(hint[len - 1] != '.' && hint[len - 1] != '\n');
		for (p = hint; *p; p++)
			CHECK(*p >= 0x20 && *p <= 0x7e);
		for (b = a + 1; b < CODE_COUNT; b++)
			CHECK(strcmp(hint, code_hint(b)) != 0);
	}
}

static void test_set(void)
{
	struct reason why = { 0 };
	char text[2 * REASON_TEXT_MAX];

	CHECK_EQ_INT(reason_set(&why, -EIO, CODE_JWE, "%s %d", "a", 1), -EIO);
	CHECK_EQ_INT(why.code, CODE_JWE);
	CHECK_EQ_STR(why.text, "a 1");
	CHECK_EQ_INT(reason_set(NULL, -EBADMSG, CODE_JWE, "x"), -EBADMSG);
	CHECK_EQ_INT(reason_set(&why, 0, CODE_TABLE, "b"), 0);
	CHECK_EQ_INT(why.code, CODE_TABLE);
	CHECK_EQ_STR(why.text, "b");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK_EQ_INT(reason_set(&why, -1, CODE_JWE, "%s", text), -1);
	CHECK_EQ_INT(strlen(why.text), REASON_TEXT_MAX - 1);
}

static const struct test tests[] = {
	{ "codes", test_codes },
	{ "hints", test_hints },
	{ "set", test_set },
};

TEST_MAIN(tests)
