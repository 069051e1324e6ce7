/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The AK and quotes, with a TPM that does not do what it should. */
#include "tpm_fake.h"

static struct tpm_ak ak;
static struct tpm_quote quote;

static int run_find(struct tpm *t)
{
	return tpm_ak_find(t, TPM_AK_HANDLE, &ak);
}

static int run_make(struct tpm *t)
{
	return tpm_ak_make(t, &ak);
}

static int run_quote(struct tpm *t)
{
	const struct tpm_ak key = { .handle = TPM_AK_HANDLE };
	uint8_t nonce[NONCE_LEN];

	memset(nonce, NONCE_BYTE, sizeof(nonce));
	return tpm_quote(t, &key, nonce, sizeof(nonce), &quote);
}

static void test_quote(void)
{
	static const struct edit edits[] = {
		{ "magic", 3, QUOTE_AT, 1, -EBADMSG },
		{ "type", 3, QUOTE_AT + 5, 0x0f, -EBADMSG },
		{ "signer of 64 KiB", 3, QUOTE_AT + 6, 0xff, -EBADMSG },
		{ "longer nonce", 3, QUOTE_AT + 43, 1, -EBADMSG },
		{ "first byte of the nonce", 3, QUOTE_AT + 44, 1, -EBADMSG },
		{ "last byte of the nonce", 3, QUOTE_AT + 75, 1, -EBADMSG },
		{ "no selection", 3, QUOTE_AT + 104, 1, -EBADMSG },
		{ "two selections", 3, QUOTE_AT + 104, 3, -EBADMSG },
		{ "another bank", 3, QUOTE_AT + 106, 7, -EBADMSG },
		{ "wider mask", 3, QUOTE_AT + 107, 7, -EBADMSG },
		{ "without PCR 0", 3, QUOTE_AT + 108, 0x01, -EBADMSG },
		{ "without PCR 15", 3, QUOTE_AT + 109, 0x80, -EBADMSG },
		{ "without PCR 23", 3, QUOTE_AT + 110, 0x80, -EBADMSG },
		{ "shorter digest", 3, QUOTE_AT + 112, 1, -EBADMSG },
		{ "longer message", 3, QUOTE_AT - 1, 2, -EBADMSG },
		{ "message of 64 KiB", 3, QUOTE_AT - 2, 0xff, -EBADMSG },
		{ "RSAPSS", 3, SIGNATURE_AT + 1, 2, -EBADMSG },
		{ "ECDSA", 3, SIGNATURE_AT + 1, 0x0c, -EBADMSG },
		{ "signed with SHA-1", 3, SIGNATURE_AT + 3, 0x0f, -EBADMSG },
		{ "shorter signature", 3, SIGNATURE_AT + 4, 1, -EBADMSG },
		{ "parameter size", 3, 13, 1, -EBADMSG },
		{ "a nonce of the session", 3, AUTH_AT + 1, 1, -EBADMSG },
		{ "an HMAC of the session", 3, AUTH_AT + 4, 1, -EBADMSG },
		{ "no authorization", 3, 1, 3, -EBADMSG },
	};

	play_edits(good_quote, run_quote, edits, ARRAY_SIZE(edits));
	CHECK_EQ_INT(quote.message_len, QUOTE_LEN);
	CHECK_EQ_INT(quote.signature[TPM_SIGNATURE_LEN - 1], 0x5a);
}

/* A PCR is extended between reading and quoting. */
static void test_quote_race(void)
{
	cleanup_script struct script once = { .count = 0 }, ever = { .count = 0 };
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;
	unsigned i;

	good_pcrs(&once);
	some_quote(&once, 1);
	good_quote(&once);
	CHECK_EQ_INT(play(&once, run_quote), 0);

	for (i = 0; i < 5; i++) {
		good_pcrs(&ever);
		some_quote(&ever, 1);
	}
	CHECK_EQ_INT(play(&ever, run_quote), -EAGAIN);

	REQUIRE(fake_open(&f, &once, LIMIT_MS));
	CHECK_EQ_INT(run_quote(f.tpm), 0);
	for (i = 0; i < 4; i++)
		(void)command(&f, &hex);
	CHECK_EQ_STR(buf_cstr(&hex),
		     "80020000004b0000015881010002" "00000009400000090000000000"
		     "0020abababababababababababababababababababababababababab"
		     "abababababab" "0014000b" "00000001000b03ffffff");
	fake_close(&f);
}

static void test_find(void)
{
	static const struct edit edits[] = {
		{ "ECC", 0, PUBLIC_AT + 1, 0x22, -EBADMSG },
		{ "a key for HMAC", 0, PUBLIC_AT + 1, 9, -EBADMSG },
		{ "not fixed to the TPM", 0, PUBLIC_AT + 7, 0x02, -ENOTSUP },
		{ "not fixed to its parent", 0, PUBLIC_AT + 7, 0x10, -ENOTSUP },
		{ "made elsewhere", 0, PUBLIC_AT + 7, 0x20, -ENOTSUP },
		{ "needs a policy", 0, PUBLIC_AT + 7, 0x40, -ENOTSUP },
		{ "duplication", 0, PUBLIC_AT + 6, 0x08, -ENOTSUP },
		{ "not restricted", 0, PUBLIC_AT + 5, 0x01, -ENOTSUP },
		{ "decrypts", 0, PUBLIC_AT + 5, 0x02, -ENOTSUP },
		{ "does not sign", 0, PUBLIC_AT + 5, 0x04, -ENOTSUP },
		{ "RSAPSS", 0, PUBLIC_AT + 13, 2, -ENOTSUP },
		{ "SHA-384", 0, PUBLIC_AT + 15, 7, -ENOTSUP },
		{ "3072 bits", 0, PUBLIC_AT + 16, 4, -ENOTSUP },
		{ "exponent 3", 0, PUBLIC_AT + 21, 3, -ENOTSUP },
		{ "exponent 65536", 0, PUBLIC_AT + 19, 1, -ENOTSUP },
		{ "modulus of 257 bytes", 0, PUBLIC_AT + 23, 1, -EBADMSG },
		{ "modulus of 2047 bits", 0, PUBLIC_AT + 24, 0x80, -EBADMSG },
		{ "even modulus", 0, PUBLIC_AT + 279, 1, -EBADMSG },
		{ "longer public area", 0, PUBLIC_AT - 1, 1, -EBADMSG },
		{ "name of 64 KiB", 0, PUBLIC_AT + 280, 0xff, -EBADMSG },
	};

	play_edits(good_find, run_find, edits, ARRAY_SIZE(edits));
	CHECK_EQ_INT(ak.handle, TPM_AK_HANDLE);
	CHECK_EQ_INT(ak.exponent, 65537);
	CHECK_EQ_INT(ak.modulus[255], 0xc5);
}

static void test_make(void)
{
	static const struct edit edits[] = {
		{ "a persistent handle", 0, 10, 1, -EBADMSG },
		{ "not restricted", 0, 25, 1, -ENOTSUP },
	};
	cleanup_script struct script s = { .count = 0 };
	cleanup_buf struct buf hex = BUF(TPM_MESSAGE_MAX);
	struct fake f;

	play_edits(good_make, run_make, edits, ARRAY_SIZE(edits));

	/* The first hierarchy has a password, the second has not. */
	refuse(&s, 0x9a2);
	good_make(&s);
	REQUIRE(fake_open(&f, &s, LIMIT_MS));
	CHECK_EQ_INT(run_make(f.tpm), 0);
	CHECK_EQ_INT(ak.handle, 0x80000001);
	CHECK(strncmp(command(&f, &hex), "80020000004100000131" "4000000b",
		      28) == 0);
	CHECK_EQ_STR(command(&f, &hex),
		     "80020000004100000131" "40000001" "00000009400000090000000000"
		     "000400000000" "0018" "0001000b00050072" "0000"
		     "0010" "0014000b" "0800" "00000000" "0000"
		     "0000" "00000000");
	tpm_close(f.tpm);
	CHECK_EQ_STR(command(&f, &hex), "80010000000e0000016580000001");
	close_fd(&f.theirs);
}

static const struct test tests[] = {
	{ "quote", test_quote },
	{ "quote while PCRs change", test_quote_race },
	{ "find an AK", test_find },
	{ "make an AK, and flush it", test_make },
};

TEST_MAIN(tests)
