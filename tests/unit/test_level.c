/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attester.h"
#include "boot.h"
#include "level.h"
#include "test.h"

static const char *debugged(void)
{
	return "it is debugged";
}

static const char *sound(void)
{
	return NULL;
}

static const struct attester good = { .nominal = 3, .trustworthy = 3 };
static const struct attester firm = { .nominal = 3, .trustworthy = 3,
				      .flaw = sound };
static const struct attester open_to_all = { .nominal = 3, .trustworthy = 3,
					     .flaw = debugged };
static const struct attester hosts = { .nominal = 3, .trustworthy = 0,
				       .level_reason = "the host's" };
static const struct attester doubtful = { .nominal = 3, .trustworthy = 1,
					  .level_reason = "closed",
					  .doubt = debugged };
static const struct attester sure = { .nominal = 3, .trustworthy = 3,
				      .doubt = sound };
static const struct attester low = { .nominal = 2, .trustworthy = 1 };

static const struct config_volume luks = { .type = VOLUME_LUKS2 };
static const struct config_volume scratch = { .type = VOLUME_RANDOM };
static const struct config_volume verity = { .type = VOLUME_VERITY };

static const struct {
	const char *name;
	const struct attester *attester;
	const struct config_volume *volume;
	bool authenticated;
	unsigned nominal, trustworthy;
	size_t reasons;
} cases[] = {
	{ "no attester", NULL, &verity, false, 0, 0, 0 },
	{ "verity", &good, &verity, false, 4, 4, 0 },
	{ "no flaw", &firm, &verity, false, 4, 4, 0 },
	{ "no volume", &good, NULL, false, 3, 3, 1 },
	{ "LUKS2", &good, &luks, false, 3, 3, 1 },
	{ "LUKS2 with a MAC", &good, &luks, true, 3, 3, 1 },
	{ "a random key", &good, &scratch, true, 3, 3, 1 },
	{ "a host's TPM", &hosts, &verity, false, 4, 0, 1 },
	{ "a host's TPM, LUKS2", &hosts, &luks, true, 3, 0, 2 },
	{ "a low TEE", &low, &luks, true, 2, 1, 0 },
	{ "debugged", &open_to_all, &verity, false, 0, 0, 1 },
	{ "doubtful", &doubtful, &verity, false, 4, 0, 2 },
	{ "doubtful, LUKS2", &doubtful, &luks, true, 3, 0, 3 },
	{ "no doubt", &sure, &verity, false, 4, 4, 0 },
};

static void test_levels(void)
{
	struct boot *b = calloc(1, sizeof(*b));
	struct level l;
	size_t i;

	if (!b)
		abort();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].name);
		b->session.attester = cases[i].attester;
		b->volumes[0].config = cases[i].volume;
		b->volumes[0].header_authenticated = cases[i].authenticated;
		b->volume_count = cases[i].volume != NULL;
		level_compute(b, &l);
		CHECK_EQ_INT(l.nominal, cases[i].nominal);
		CHECK_EQ_INT(l.trustworthy, cases[i].trustworthy);
		CHECK_EQ_INT(l.count, cases[i].reasons);
	}
	free(b);
}

/* What is not opened counts neither way. */
static void test_left_out(void)
{
	struct boot *b = calloc(1, sizeof(*b));
	struct level l;

	if (!b)
		abort();
	b->session.attester = &good;
	b->volumes[0].config = &verity;
	b->volumes[1].config = &luks;
	b->volume_count = 2;
	level_compute(b, &l);
	CHECK_EQ_INT(l.trustworthy, 3);
	b->volumes[1].skipped.code = CODE_HEADER_FORMAT;
	level_compute(b, &l);
	CHECK_EQ_INT(l.trustworthy, 4);
	CHECK_EQ_INT(l.count, 0);
	b->volumes[0].skipped.code = CODE_VERITY;
	level_compute(b, &l);
	CHECK_EQ_INT(l.trustworthy, 3);
	CHECK_EQ_STR(l.reasons[0], "no volume was opened");
	free(b);
}

static void test_tee(void)
{
	CHECK_EQ_INT(level_of_tee(&good), 4);
	CHECK_EQ_INT(level_of_tee(&hosts), 0);
	CHECK_EQ_INT(level_of_tee(&low), 1);
}

static const struct test tests[] = {
	{ "levels", test_levels },
	{ "skipped volumes", test_left_out },
	{ "what a TEE reaches", test_tee },
};

TEST_MAIN(tests)
