/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "config.h"
#include "test.h"

#define SKIP_	1U
#define DEBUG_	2U

static const struct {
	const char *text;
	unsigned want;
} good[] = {
	{ "", 0 }, { "\n", 0 }, { "quiet splash root=/dev/vda", 0 },
	{ "rd.postern=0", SKIP_ }, { "rd.postern.debug", DEBUG_ },
	{ "a rd.postern.debug b\trd.postern=0\n", SKIP_ | DEBUG_ },
	{ "  rd.postern=0  ", SKIP_ },
	/* others' parameters, and what only looks like ours */
	{ "rd.luks=0 rd.poster rd.pos", 0 },
	{ "ard.postern=0 x.rd.postern=0 postern=0", 0 },
	{ "RD.POSTERN=0", 0 }, { "rd-postern=0 rd_postern=0", 0 },
	{ "\"rd.postern=0\"", 0 }, { "x=rd.postern=0", 0 },
	{ "x=\"a rd.postern.debug\"", ~0U }, { "x=\"a rd.postern.debug b\"",
	  DEBUG_ },
};

static void test_good(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct cmdline c = { .skip = true, .debug = true };
		struct reason why = { 0 };
		bool ok = good[i].want != ~0U;

		CASE(good[i].text);
		CHECK_EQ_INT(cmdline_parse(good[i].text, &c, &why),
			     ok ? 0 : -EINVAL);
		if (!ok)
			continue;
		CHECK_EQ_INT(c.skip, (good[i].want & SKIP_) != 0);
		CHECK_EQ_INT(c.debug, (good[i].want & DEBUG_) != 0);
		CHECK_EQ_STR(why.text, "");
	}
}

#define X60	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *text, *sentence;
} bad[] = {
	{ "rd.postern", "kernel parameter 'rd.postern' is not known" },
	{ "rd.postern=1", "kernel parameter 'rd.postern=1' is not known" },
	{ "rd.postern=", "kernel parameter 'rd.postern=' is not known" },
	{ "rd.postern=00", "kernel parameter 'rd.postern=00' is not known" },
	{ "rd.postern=no", "kernel parameter 'rd.postern=no' is not known" },
	{ "rd.postern.debug=1",
	  "kernel parameter 'rd.postern.debug=1' is not known" },
	{ "rd.postern.debu", "kernel parameter 'rd.postern.debu' is not known" },
	{ "rd.postern.kbs=https://evil",
	  "kernel parameter 'rd.postern.kbs=https://evil' is not known" },
	{ "rd.posterns", "kernel parameter 'rd.posterns' is not known" },
	{ "quiet rd.postern=0 rd.postern=0",
	  "kernel parameter 'rd.postern=0' is there twice" },
	{ "rd.postern.debug x rd.postern.debug",
	  "kernel parameter 'rd.postern.debug' is there twice" },
	{ "rd.postern=0 rd.postern=1",
	  "kernel parameter 'rd.postern=1' is not known" },
	{ "rd.postern." X60 X60, "kernel parameter 'rd.postern."
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is not known" },
};

static void test_bad(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cmdline c = { .skip = true, .debug = false };
		struct reason why = { 0 };

		CASE(bad[i].text);
		CHECK_EQ_INT(cmdline_parse(bad[i].text, &c, &why), -EINVAL);
		CHECK_EQ_INT(why.code, CODE_CONFIG);
		CHECK_EQ_STR(why.text, bad[i].sentence);
		/* Changed on success only. */
		CHECK(c.skip && !c.debug);
	}
}

static const struct test tests[] = {
	{ "good", test_good },
	{ "bad", test_bad },
};

TEST_MAIN(tests)
