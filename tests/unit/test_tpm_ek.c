/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proof that a TPM has an EK, with a TPM that we are: nonces and salt are known,
 * so that its answers can be made before. */
/* LDFLAGS: -Wl,--wrap=random_bytes */
#include "../../agent/secret.h"
#include "../../agent/tpm_ek.h"
#include "tpm_fake.h"

int __real_random_bytes(void *out, size_t len);
int __wrap_random_bytes(void *out, size_t len);

#define EK_LEN		314
#define RANDOM		0x42
#define THEIR_NONCE	0x17
#define HANDLE		0x80000001
#define SESSION		0x02000000

/* Salt and our nonces are these bytes; what mbedTLS asks for, too. */
int __wrap_random_bytes(void *out, size_t len)
{
	memset(out, RANDOM, len);
	return 0;
}

/* The template L-1 as it stands in the Credential Profile, and a modulus. */
static void put_ek(struct buf *b)
{
	static const uint8_t head[] = {
		0x00, 0x01, 0x00, 0x0b, 0x00, 0x03, 0x00, 0xb2, 0x00, 0x20,
		0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90,
		0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e,
		0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14,
		0x69, 0xaa, 0x00, 0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10,
		0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	};

	buf_add(b, head, sizeof(head));
	fill(b, 0xc5, TPM_RSA_LEN);
}

static void put_primary(struct script *s)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u16be(&p, EK_LEN);
	put_ek(&p);
	put_sized(&p, 55);
	put_sized(&p, 32);
	buf_u16be(&p, 0x8021);
	buf_u32be(&p, 0x4000000b);
	put_sized(&p, 32);
	put_sized(&p, 34);
	frame(s, true, HANDLE, &p);
}

static void put_start(struct script *s)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u16be(&p, 32);
	fill(&p, THEIR_NONCE, 32);
	frame(s, false, SESSION, &p);
}

static void mac(const uint8_t *key, const struct buf *b, struct digest *ret)
{
	cleanup_secret struct secret k = { 0 };

	CHECK(secret_copy(&k, key, 32) == 0 &&
	      hmac(HASH_SHA256, &k, b->data, b->len, ret) == 0);
}

/* Part 1, 11.4.10.2: KDFa of the salt, one block. */
static void session_key(struct digest *ret)
{
	cleanup_buf struct buf b = BUF(256);
	uint8_t salt[32];

	memset(salt, RANDOM, sizeof(salt));
	buf_u32be(&b, 1);
	buf_add(&b, "ATH", 4);
	fill(&b, THEIR_NONCE, 32);
	fill(&b, RANDOM, 32);
	buf_u32be(&b, 256);
	mac(salt, &b, ret);
}

/* 32 bytes, and the session's new nonce, attributes and HMAC after them. */
static void put_random(struct script *s)
{
	cleanup_buf struct buf told = BUF(256), m = BUF(256), p = BUF(256);
	struct digest d = { .alg = HASH_SHA256 }, key = d, h = d;
	struct buf *b = next(s);

	buf_u16be(&p, 32);
	fill(&p, 0x99, 32);
	buf_u32be(&told, 0);
	buf_u32be(&told, 0x17b);
	buf_add(&told, p.data, p.len);
	CHECK(hash(HASH_SHA256, told.data, told.len, &d) == 0);
	buf_add(&m, d.bytes, 32);
	fill(&m, 0x33, 32);
	fill(&m, RANDOM, 32);
	buf_u8(&m, 0x82);
	session_key(&key);
	mac(key.bytes, &m, &h);

	buf_u16be(b, 0x8002);
	buf_u32be(b, 0);
	buf_u32be(b, 0);
	buf_u32be(b, (uint32_t)p.len);
	buf_add(b, p.data, p.len);
	buf_u16be(b, 32);
	fill(b, 0x33, 32);
	buf_u8(b, 0x82);
	buf_u16be(b, 32);
	buf_add(b, h.bytes, 32);
	set_u32(b, 2, b->len);
}

static void good(struct script *s)
{
	put_primary(s);
	put_start(s);
	put_random(s);
}

static int run(struct tpm *t)
{
	cleanup_buf struct buf ek = BUF(2 * EK_LEN);

	put_ek(&ek);
	return tpm_ek_prove(t, ek.data, ek.len);
}

/* Where the fields are: header 10, handle 4; parameter size 4, TPM2B size 2. */
static void test_prove(void)
{
	static const struct edit edits[] = {
		{ "another key", 0, 20 + 60, 1, -EACCES },
		{ "other attributes", 0, 20 + 7, 1, -EACCES },
		{ "a persistent key", 0, 10, 1, -EBADMSG },
		{ "no session", 1, 10, 1, -EBADMSG },
		{ "another nonce of the start", 1, 14 + 2, 1, -EACCES },
		{ "a shorter nonce", 1, 15, 1, -EBADMSG },
		{ "other random bytes", 2, 14 + 2, 1, -EACCES },
		{ "another nonce", 2, 14 + 34 + 2, 1, -EACCES },
		{ "other attributes of the session", 2, 14 + 34 + 34, 1, -EACCES },
		{ "another HMAC", 2, 14 + 34 + 34 + 1 + 2 + 31, 1, -EACCES },
		{ "a longer HMAC", 2, 14 + 34 + 34 + 1 + 1, 1, -EBADMSG },
		{ "a password's answer", 2, 1, 3, -EBADMSG },
	};

	play_edits(good, run, edits, ARRAY_SIZE(edits));
}

/* What is left in the TPM is flushed, whatever happened. */
static void test_flush(void)
{
	cleanup_buf struct buf hex = BUF(2 * TPM_MESSAGE_MAX);
	cleanup_script struct script s = { .count = 0 };
	struct fake f;

	put_primary(&s);
	put_start(&s);
	refuse(&s, 0x98e);
	REQUIRE(fake_open(&f, &s, 100));
	CHECK_EQ_INT(run(f.tpm), -EPERM);
	CHECK(strncmp(command(&f, &hex), "8002", 4) == 0);
	CHECK(strstr(command(&f, &hex), "00000176"));
	/* GetRandom of 32 bytes, with the session, for audit alone. */
	CHECK(strstr(command(&f, &hex), "0000017b" "00000049" "02000000" "0020"));
	tpm_close(f.tpm);
	CHECK_EQ_STR(command(&f, &hex), "80010000000e0000016502000000");
	close_fd(&f.theirs);
}

/* The salt goes out encrypted to the EK that was vouched for. */
static void test_parse(void)
{
	cleanup_buf struct buf ek = BUF(2 * EK_LEN);
	uint8_t modulus[TPM_RSA_LEN];
	struct reason why;
	size_t i;

	put_ek(&ek);
	REQUIRE(tpm_ek_parse(ek.data, ek.len, modulus, &why) == 0);
	CHECK_EQ_MEM(modulus, ek.data + EK_LEN - TPM_RSA_LEN, TPM_RSA_LEN);
	for (i = 0; i < ek.len; i++)
		CHECK_EQ_INT(tpm_ek_parse(ek.data, i, modulus, &why), -EBADMSG);
	/* No byte before the modulus may be another one. */
	for (i = 0; i < EK_LEN - TPM_RSA_LEN; i++) {
		ek.data[i] ^= 1;
		CHECK_EQ_INT(tpm_ek_parse(ek.data, ek.len, modulus, &why),
			     -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_MEASURE);
		ek.data[i] ^= 1;
	}
	ek.data[EK_LEN - TPM_RSA_LEN] = 0x45;
	CHECK_EQ_INT(tpm_ek_parse(ek.data, ek.len, modulus, &why), -EBADMSG);
	ek.data[EK_LEN - TPM_RSA_LEN] = 0xc5;
	buf_u8(&ek, 0);
	CHECK_EQ_INT(tpm_ek_parse(ek.data, ek.len, modulus, &why), -EBADMSG);
}

static const struct test tests[] = {
	{ "the EK of a manifest", test_parse },
	{ "proof", test_prove },
	{ "nothing is left in the TPM", test_flush },
};
TEST_MAIN(tests)
