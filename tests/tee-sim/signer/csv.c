/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware of a Hygon CPU has and others do not: SM2 and SM3, fields
 * in disguise, and registers of SM3.  Documents: GB/T 32918.2; tee-abi.md 3.4.
 */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <mbedtls/ecp.h>

#include "signer.h"
#include "sm3.h"

#define NUMBER_LEN	32
#define FIELD_LEN	72	/* of a number in a report, little endian */
#define ID_MAX	64
#define REGISTERS	5

static uint8_t registers[REGISTERS][SM3_LEN];

static int rng(void *unused, unsigned char *out, size_t len)
{
	(void)unused;
	return getrandom(out, len, 0) == (ssize_t)len ? 0 : -1;
}

/* GB/T 32918.5; A is P - 3, which mbedTLS takes an empty A for. */
static bool load_group(mbedtls_ecp_group *g)
{
	static const char p[] = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000"
				"FFFFFFFFFFFFFFFF";
	static const char b[] = "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92"
				"DDBCBD414D940E93";
	static const char n[] = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B"
				"53BBF40939D54123";
	static const char x[] = "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1"
				"715A4589334C74C7";
	static const char y[] = "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A4740"
				"02DF32E52139F0A0";

	g->pbits = g->nbits = 8 * NUMBER_LEN;
	return mbedtls_mpi_read_string(&g->P, 16, p) == 0 &&
	       mbedtls_mpi_read_string(&g->B, 16, b) == 0 &&
	       mbedtls_mpi_read_string(&g->N, 16, n) == 0 &&
	       mbedtls_mpi_read_string(&g->G.X, 16, x) == 0 &&
	       mbedtls_mpi_read_string(&g->G.Y, 16, y) == 0 &&
	       mbedtls_mpi_lset(&g->G.Z, 1) == 0;
}

static void put_number(uint8_t **at, const mbedtls_mpi *n)
{
	mbedtls_mpi_write_binary(n, *at, NUMBER_LEN);
	*at += NUMBER_LEN;
}

/* 5.5: who signs, and with which key, goes before what is signed. */
static void who(const mbedtls_ecp_group *g, const mbedtls_ecp_point *public,
		const uint8_t *name, size_t len, uint8_t ret[static SM3_LEN])
{
	uint8_t text[2 + ID_MAX + 6 * NUMBER_LEN], *at = text + 2;
	mbedtls_mpi a;

	text[0] = (uint8_t)(8 * len >> 8);
	text[1] = (uint8_t)(8 * len);
	memcpy(at, name, len);
	at += len;
	mbedtls_mpi_init(&a);
	mbedtls_mpi_sub_int(&a, &g->P, 3);
	put_number(&at, &a);
	mbedtls_mpi_free(&a);
	put_number(&at, &g->B);
	put_number(&at, &g->G.X);
	put_number(&at, &g->G.Y);
	put_number(&at, &public->X);
	put_number(&at, &public->Y);
	sm3(text, (size_t)(at - text), ret);
}

/* 6.1: r = e + x1, s = (k - r d) / (1 + d). */
static bool sign_digest(mbedtls_ecp_group *g, const mbedtls_mpi *d,
			const uint8_t *digest, mbedtls_mpi *r, mbedtls_mpi *s)
{
	mbedtls_ecp_point point;
	mbedtls_mpi k, t;
	bool good;

	mbedtls_ecp_point_init(&point);
	mbedtls_mpi_init(&k);
	mbedtls_mpi_init(&t);
	good = mbedtls_ecp_gen_keypair(g, &k, &point, rng, NULL) == 0 &&
	       mbedtls_mpi_read_binary(r, digest, SM3_LEN) == 0 &&
	       mbedtls_mpi_add_mpi(r, r, &point.X) == 0 &&
	       mbedtls_mpi_mod_mpi(r, r, &g->N) == 0 &&
	       mbedtls_mpi_mul_mpi(&t, r, d) == 0 &&
	       mbedtls_mpi_sub_mpi(&k, &k, &t) == 0 &&
	       mbedtls_mpi_add_int(&t, d, 1) == 0 &&
	       mbedtls_mpi_inv_mod(&t, &t, &g->N) == 0 &&
	       mbedtls_mpi_mul_mpi(s, &k, &t) == 0 &&
	       mbedtls_mpi_mod_mpi(s, s, &g->N) == 0;
	mbedtls_ecp_point_free(&point);
	mbedtls_mpi_free(&k);
	mbedtls_mpi_free(&t);
	return good;
}

static bool sign_bytes(const struct blob *key, const uint8_t *data, size_t len,
		       uint8_t *ret)
{
	uint8_t *text = malloc(SM3_LEN + len), digest[SM3_LEN];
	mbedtls_ecp_point public;
	mbedtls_ecp_group g;
	mbedtls_mpi d, r, s;
	bool good;

	mbedtls_ecp_group_init(&g);
	mbedtls_ecp_point_init(&public);
	mbedtls_mpi_init(&d);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	good = text && load_group(&g) &&
	       mbedtls_mpi_read_binary(&d, key->data, NUMBER_LEN) == 0 &&
	       mbedtls_ecp_mul(&g, &public, &d, &g.G, rng, NULL) == 0;
	if (good) {
		who(&g, &public, key->data + NUMBER_LEN, key->len - NUMBER_LEN,
		    text);
		memcpy(text + SM3_LEN, data, len);
		sm3(text, SM3_LEN + len, digest);
		good = sign_digest(&g, &d, digest, &r, &s) &&
		       mbedtls_mpi_write_binary_le(&r, ret, FIELD_LEN) == 0 &&
		       mbedtls_mpi_write_binary_le(&s, ret + FIELD_LEN,
						   FIELD_LEN) == 0;
	}
	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&d);
	mbedtls_ecp_point_free(&public);
	mbedtls_ecp_group_free(&g);
	free(text);
	return good;
}

bool csv_sign(const char *dir, struct blob *b, size_t start, size_t len,
	      size_t at)
{
	struct blob key;
	bool good;

	if (!within(b, start, len) || !within(b, at, 2 * FIELD_LEN) ||
	    !load(dir, "sm2.key", &key))
		return false;
	good = key.len > NUMBER_LEN && key.len <= NUMBER_LEN + ID_MAX &&
	       sign_bytes(&key, b->data + start, len, b->data + at);
	free(key.data);
	return good;
}

bool csv_disguise(struct blob *b, size_t start, size_t len, size_t word_at)
{
	size_t i;

	if (!within(b, start, len) || !within(b, word_at, 4))
		return false;
	for (i = 0; i < len; i++)
		b->data[start + i] ^= b->data[word_at + i % 4];
	return true;
}

bool csv_mac(struct blob *b, const uint8_t *nonce, size_t start, size_t len,
	     size_t at)
{
	if (!within(b, start, len) || !within(b, at, SM3_LEN))
		return false;
	sm3_hmac(nonce, 16, b->data + start, len, b->data + at);
	return true;
}

bool csv_registers(struct blob *b, size_t at)
{
	if (!within(b, at, sizeof(registers)))
		return false;
	memcpy(b->data + at, registers, sizeof(registers));
	return true;
}

bool csv_register(const struct tsm_sim_rtmr *q, struct blob *ret)
{
	uint8_t both[2 * SM3_LEN];

	if (q->index >= REGISTERS)
		return false;
	if (q->extend) {
		memcpy(both, registers[q->index], SM3_LEN);
		memcpy(both + SM3_LEN, q->digest, SM3_LEN);
		sm3(both, sizeof(both), registers[q->index]);
	}
	memcpy(ret->data, registers[q->index], SM3_LEN);
	ret->len = SM3_LEN;
	return true;
}
