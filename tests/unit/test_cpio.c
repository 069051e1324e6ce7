/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An archive as cpio(1) writes it; then cut and changed. */
#include "cpio.h"
#include "test.h"

#define HEAD(mode, size, names) \
	"070701" "00000001" mode "00000000" "00000000" "00000001" "00000000" \
	size "00000000" "00000000" "00000000" "00000000" names "00000000"
#define TRAILER	HEAD("00000000", "00000000", "0000000b") "TRAILER!!!\0\0\0\0"
/* "etc/a" is 6 bytes with its NUL, so header and name are a multiple of 4. */
#define FILE_A	HEAD("000081A4", "00000005", "00000006") "etc/a\0" "hello\0\0\0"
#define DIR_B	HEAD("000041ed", "00000000", "00000004") "usr\0\0\0"

static const char archive[] = FILE_A DIR_B TRAILER "\0\0\0\0\0\0\0\0" "rest";

static void test_entries(void)
{
	struct reader r = READER((const uint8_t *)archive, sizeof(archive) - 1);
	struct cpio_entry e;
	struct reason why = { 0 };

	REQUIRE(cpio_next(&r, &e, &why) == 1);
	CHECK_EQ_STR(e.name, "etc/a");
	CHECK_EQ_INT(e.mode, 0100644);
	REQUIRE(e.data.left == 5);
	CHECK_EQ_MEM(e.data.p, "hello", 5);
	REQUIRE(cpio_next(&r, &e, &why) == 1);
	CHECK_EQ_STR(e.name, "usr");
	CHECK_EQ_INT(e.data.left, 0);
	CHECK_EQ_INT(cpio_next(&r, &e, &why), 0);
	CHECK_EQ_INT(r.left, 4);
	CHECK(!cpio_begins(&r));
	CHECK_EQ_INT(cpio_next(&r, &e, &why), -EBADMSG);
	CHECK_EQ_INT(why.code, CODE_CONFIG);
}

/* An end anywhere is one entry less or an error, and nothing is overrun. */
static void test_cut(void)
{
	struct cpio_entry e;
	size_t len;

	for (len = 0; len < sizeof(archive) - 13; len++) {
		struct reader r = READER((const uint8_t *)archive, len);
		struct reason why = { 0 };
		int k;

		do
			k = cpio_next(&r, &e, &why);
		while (k > 0);
		/* The zeros that fill up the trailer may be missing. */
		CHECK(k == -EBADMSG || (k == 0 && r.left == 0));
	}
}

static void test_changed(void)
{
	static const struct {
		const char *name, *bytes, *sentence;
	} bad[] = {
		{ "magic", "070709", "no initramfs" },
		{ "old magic", "\xc7\x71zzzz", "no initramfs" },
		{ "short header", HEAD("0", "00000000", "00000000"),
		  "no initramfs" },
		{ "no number", HEAD("000081A4", "0000000g", "00000006") "etc/a",
		  "malformed" },
		{ "name without end", HEAD("000081A4", "00000000", "00000006")
		  "etc/ab", "cut off" },
		{ "huge name", HEAD("000081A4", "00000000", "ffffffff") "etc/ab",
		  "cut off" },
		{ "huge file", HEAD("000081A4", "ffffffff", "00000006") "etc/a\0",
		  "cut off" },
		{ "empty name", HEAD("000081A4", "00000000", "00000000") "etc/a\0",
		  "cut off" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t bytes[256] = { 0 };
		struct reader r = READER(bytes, 120);
		struct reason why = { 0 };
		struct cpio_entry e;

		CASE(bad[i].name);
		memcpy(bytes, bad[i].bytes, strlen(bad[i].bytes));
		if (strcmp(bad[i].sentence, "no initramfs") == 0)
			r.left = 100;
		CHECK_EQ_INT(cpio_next(&r, &e, &why), -EBADMSG);
		CHECK(strstr(why.text, bad[i].sentence));
	}
}

static const struct test tests[] = {
	{ "cpio: entries", test_entries },
	{ "cpio: cut at each byte", test_cut },
	{ "cpio: malformed", test_changed },
};
TEST_MAIN(tests)
