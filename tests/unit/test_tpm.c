/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=nanosleep */
/* Connection, banks and PCRs, with a TPM that does not do what it should. */
#include <time.h>

#include "../../agent/measurer.h"
#include "tpm_fake.h"

extern const struct measurer measurer_pcr;

int __wrap_nanosleep(const struct timespec *t, struct timespec *left);

static unsigned naps;

int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	naps++;
	return 0;
}

static struct tpm_banks banks;
static struct tpm_pcrs pcrs;

static int run_banks(struct tpm *t)
{
	return tpm_banks(t, 15, &banks);
}

static int run_pcrs(struct tpm *t)
{
	return tpm_pcrs(t, &pcrs);
}

static int run_extend(struct tpm *t)
{
	const struct digest d[] = {
		{ .alg = HASH_SHA1, .bytes = { 1 } },
		{ .alg = HASH_SHA256, .bytes = { 2 } },
		{ .alg = HASH_SM3, .bytes = { 3 } },
	};

	return tpm_extend(t, 15, d, ARRAY_SIZE(d));
}

static void test_banks(void)
{
	static const struct edit edits[] = {
		{ "more data", 0, PARAMS_AT, 1, -EBADMSG },
		{ "another capability", 0, PARAMS_AT + 4, 3, -EBADMSG },
		{ "2^24 banks", 0, PARAMS_AT + 5, 1, -EBADMSG },
		{ "4 banks", 0, PARAMS_AT + 8, 7, -EBADMSG },
		{ "wider than a selection", 0, PARAMS_AT + 11, 8, -EBADMSG },
		{ "sha3 in use", 0, PARAMS_AT + 16, 0x0b ^ 0x27, -ENOTSUP },
		{ "a bank twice", 0, PARAMS_AT + 16, 0x0b ^ 0x0c, -EBADMSG },
		{ "an answer with a password", 0, 1, 3, -EBADMSG },
		{ "TPM 1.2", 0, 0, 0x80, -EBADMSG },
	};
	cleanup_script struct script s = { .count = 0 };
	struct buf *b;

	play_edits(good_banks, run_banks, edits, ARRAY_SIZE(edits));
	CHECK_EQ_INT(banks.count, 2);
	CHECK(banks.alg[0] == HASH_SHA256 && banks.alg[1] == HASH_SHA384);

	/* SHA-1 alone, then nothing at all, then sha3 without a PCR,
	 * and SM3 with one. */
	good_banks(&s);
	b = &s.answer[0];
	memset(b->data + PARAMS_AT + 12, 0xff, 3);
	memset(b->data + PARAMS_AT + 18, 0, 3);
	memset(b->data + PARAMS_AT + 24, 0, 3);
	CHECK_EQ_INT(play(&s, run_banks), -ENOTSUP);
	memset(b->data + PARAMS_AT + 12, 0, 3);
	CHECK_EQ_INT(play(&s, run_banks), -ENOTSUP);
	memset(b->data + PARAMS_AT + 18, 0xff, 3);
	b->data[PARAMS_AT + 22] = 0x27;
	CHECK_EQ_INT(play(&s, run_banks), 0);
	CHECK(banks.count == 1 && banks.alg[0] == HASH_SHA256);
	b->data[PARAMS_AT + 22] = 0x12;
	memset(b->data + PARAMS_AT + 24, 0xff, 3);
	CHECK_EQ_INT(play(&s, run_banks), 0);
	CHECK(banks.count == 2 && banks.alg[1] == HASH_SM3);
}

/* Bytes that a real TPM took (tee-abi.md 6.1), but for the digests. */
static void test_extend(void)
{
	static const struct edit edits[] = {
		{ "no password", 0, 1, 3, -EBADMSG },
		{ "parameters of 2^31 bytes", 0, 10, 0x80, -EBADMSG },
		{ "parameters of 1 byte", 0, 13, 1, -EBADMSG },
		{ "a nonce", 0, 15, 1, -EBADMSG },
		{ "an HMAC", 0, 18, 1, -EBADMSG },
	};
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	cleanup_script struct script s = { .count = 0 };
	struct fake f;

	play_edits(good_extend, run_extend, edits, ARRAY_SIZE(edits));

	good_extend(&s);
	REQUIRE(fake_open(&f, &s, LIMIT_MS));
	CHECK_EQ_INT(run_extend(f.tpm), 0);
	CHECK_EQ_STR(command(&f, &hex),
		     "800200000079000001820000000f"
		     "00000009400000090000000000" "00000003"
		     "0004" "0100000000000000000000000000000000000000"
		     "000b" "0200000000000000000000000000000000000000"
		     "000000000000000000000000"
		     "0012" "0300000000000000000000000000000000000000"
		     "000000000000000000000000");
	fake_close(&f);
}

static void test_pcrs(void)
{
	static const struct edit edits[] = {
		{ "two banks", 1, PARAMS_AT + 7, 3, -EBADMSG },
		{ "another bank", 1, PARAMS_AT + 9, 7, -EBADMSG },
		{ "four bytes of mask", 1, PARAMS_AT + 10, 7, -EBADMSG },
		{ "a PCR twice", 1, PARAMS_AT + 11, 1, -EBADMSG },
		{ "one PCR less", 1, PARAMS_AT + 12, 1, -EBADMSG },
		{ "one PCR more", 1, PARAMS_AT + 13, 1, -EBADMSG },
		{ "nine values", 1, PARAMS_AT + 17, 8 ^ 9, -EBADMSG },
		{ "2^31 values", 1, PARAMS_AT + 14, 0x80, -EBADMSG },
		{ "a value of 33 bytes", 1, PARAMS_AT + 19, 1, -EBADMSG },
		{ "a value of 64 KiB", 1, PARAMS_AT + 18, 0xff, -EBADMSG },
	};
	cleanup_script struct script s = { .count = 0 };
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;

	play_edits(good_pcrs, run_pcrs, edits, ARRAY_SIZE(edits));
	CHECK(pcrs.value[0][0] == 0 && pcrs.value[23][31] == 23);

	good_pcrs(&s);
	REQUIRE(fake_open(&f, &s, LIMIT_MS));
	CHECK_EQ_INT(run_pcrs(f.tpm), 0);
	CHECK_EQ_STR(command(&f, &hex),
		     "8001000000140000017e00000001000b03ffffff");
	CHECK_EQ_STR(command(&f, &hex),
		     "8001000000140000017e00000001000b0300ffff");
	CHECK_EQ_STR(command(&f, &hex),
		     "8001000000140000017e00000001000b030000ff");
	fake_close(&f);
}

/* The TPM decides how many it gives; none at all is no progress. */
static void test_pcrs_portions(void)
{
	cleanup_script struct script ones = { .count = 0 }, none = { .count = 0 };
	cleanup_script struct script once = { .count = 0 }, ever = { .count = 0 };
	unsigned i;

	for (i = 0; i < TPM_PCR_COUNT; i++)
		some_pcrs(&ones, 7, i, 1);
	CHECK_EQ_INT(play(&ones, run_pcrs), 0);

	some_pcrs(&none, 7, 0, 0);
	CHECK_EQ_INT(play(&none, run_pcrs), -ENOTSUP);

	/* pcrUpdateCounter changes: once is repaired, always is not. */
	some_pcrs(&once, 7, 0, 8);
	some_pcrs(&once, 8, 8, 8);
	good_pcrs(&once);
	CHECK_EQ_INT(play(&once, run_pcrs), 0);
	for (i = 0; i < 5; i++) {
		some_pcrs(&ever, 2 * i, 0, 8);
		some_pcrs(&ever, 2 * i + 1, 8, 8);
	}
	CHECK_EQ_INT(play(&ever, run_pcrs), -EAGAIN);
}

/* Codes as TPMs and the kernel's resource manager send them. */
static void test_refusals(void)
{
	static const struct {
		uint32_t code;
		int want;
		const char *text;
	} table[] = {
		{ 0x18b, -ENOENT, "the TPM has nothing at that handle (TPM2_GetCapability: 0x18b)" },
		{ 0x98e, -EPERM, "the TPM wants a password (TPM2_GetCapability: 0x98e)" },
		{ 0x907, -EIO, "the TPM does not allow this from Linux (TPM2_GetCapability: 0x907)" },
		{ 0x100, -EIO, "the TPM was not started by the firmware (TPM2_GetCapability: 0x100)" },
		{ 0x922, -EAGAIN, "the TPM is busy (TPM2_GetCapability: 0x922)" },
		{ 0x1d5, -EIO, "the TPM refused (TPM2_GetCapability: 0x1d5)" },
		{ 0xb0143, -EIO, "the TPM does not know the command (TPM2_GetCapability: 0x143)" },
		{ 0x80001, -EBADMSG, "the TPM's answer to TPM2_GetCapability has an impossible code" },
		{ 0xffffffff, -EBADMSG, "the TPM's answer to TPM2_GetCapability has an impossible code" },
	};
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cleanup_script struct script s = { .count = 0 };

		CASE(table[i].text);
		for (n = 0; n < 10; n++)
			refuse(&s, table[i].code);
		CHECK_EQ_INT(play(&s, run_banks), table[i].want);
		CHECK_EQ_STR(failure()->text, table[i].text);
	}
}

static void test_busy(void)
{
	cleanup_script struct script s = { .count = 0 };
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;
	unsigned i;

	refuse(&s, 0x922);
	refuse(&s, 0x90a);
	refuse(&s, 0x908);
	refuse(&s, 0x920);
	good_extend(&s);
	naps = 0;
	REQUIRE(fake_open(&f, &s, LIMIT_MS));
	CHECK_EQ_INT(run_extend(f.tpm), 0);
	CHECK_EQ_INT(naps, 4);
	for (i = 0; i < 5; i++)
		CHECK(strncmp(command(&f, &hex), "80020000007900000182", 20) ==
		      0);
	CHECK_EQ_STR(command(&f, &hex), "");
	fake_close(&f);
}

/* What is no message at all, and a TPM that says nothing. */
static void test_silence(void)
{
	static const uint8_t junk[][12] = {
		{ 0x80 }, { 0x80, 1, 0, 0, 0, 9 }, { 0x80, 1, 0, 0, 0, 13 },
		{ 0x80, 1, 0x80, 0, 0, 12 }, { 0 },
	};
	struct fake f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(junk); i++) {
		REQUIRE(fake_open(&f, NULL, LIMIT_MS));
		CHECK(send(f.theirs, junk[i], i ? 12 : 1, 0) > 0);
		CHECK_EQ_INT(run_banks(f.tpm), -EBADMSG);
		fake_close(&f);
	}
	REQUIRE(fake_open(&f, NULL, 20));
	CHECK_EQ_INT(run_banks(f.tpm), -ETIMEDOUT);
	/* Its answer may still come, and would be taken for another's. */
	CHECK_EQ_INT(run_pcrs(f.tpm), -EIO);
	CHECK_EQ_STR(failure()->text, "the TPM failed before");
	fake_close(&f);
}

static void test_open(void)
{
	struct tpm *t = NULL;

	CHECK_EQ_INT(tpm_open("/nonexistent/tpm", CODE_NO_TEE, &t), -ENOENT);
	CHECK(!t && failure()->code == CODE_NO_TEE);
	tpm_close(NULL);
}

static void test_allowed(void)
{
	unsigned i;

	for (i = 0; i < 32; i++)
		CHECK(measurer_pcr.allowed(i) == (i <= 15));
}

static const struct test tests[] = {
	{ "banks in use", test_banks },
	{ "extend", test_extend },
	{ "read PCRs", test_pcrs },
	{ "read PCRs in portions, while they change", test_pcrs_portions },
	{ "refusals", test_refusals },
	{ "a busy TPM is asked again", test_busy },
	{ "junk and silence", test_silence },
	{ "no device", test_open },
	{ "PCRs that can be measured into", test_allowed },
};

TEST_MAIN(tests)
