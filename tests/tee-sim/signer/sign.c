/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/random.h>
#include <string.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "signer.h"

/* An SNP signature: r and s in little endian, then zeros. */
#define AMD_NUMBER_LEN	72
#define AMD_LEN		512

static mbedtls_ecp_group group;
static mbedtls_mpi secret;

static int rng(void *unused, unsigned char *out, size_t len)
{
	(void)unused;
	return getrandom(out, len, 0) == (ssize_t)len ? 0 : -1;
}

bool sign_init(const char *dir)
{
	mbedtls_pk_context pk;
	mbedtls_ecp_point q;
	struct blob pem;

	mbedtls_pk_init(&pk);
	mbedtls_ecp_point_init(&q);
	mbedtls_ecp_group_init(&group);
	mbedtls_mpi_init(&secret);
	/* load() leaves a NUL behind the text, which mbedTLS wants to count */
	return load(dir, "key.pem", &pem) &&
	       mbedtls_pk_parse_key(&pk, pem.data, pem.len + 1, NULL, 0, rng,
				    NULL) == 0 &&
	       mbedtls_pk_get_type(&pk) == MBEDTLS_PK_ECKEY &&
	       mbedtls_ecp_export(mbedtls_pk_ec(pk), &group, &secret, &q) == 0;
}

static const mbedtls_md_info_t *hash_of(const char *name)
{
	if (strcmp(name, "sha512") == 0)
		return mbedtls_md_info_from_type(MBEDTLS_MD_SHA512);
	return mbedtls_md_info_from_type(strcmp(name, "sha384") == 0 ?
					 MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256);
}

/* Of PREFIX and LEN bytes at DATA; its length, 0 when that failed. */
size_t digest(const char *name, const struct blob *prefix, const uint8_t *data,
	      size_t len, uint8_t ret[static DIGEST_MAX])
{
	const mbedtls_md_info_t *md = hash_of(name);
	mbedtls_md_context_t ctx;

	mbedtls_md_init(&ctx);
	if (mbedtls_md_setup(&ctx, md, 0) != 0)
		return 0;
	mbedtls_md_starts(&ctx);
	mbedtls_md_update(&ctx, prefix->data, prefix->len);
	mbedtls_md_update(&ctx, data, len);
	mbedtls_md_finish(&ctx, ret);
	mbedtls_md_free(&ctx);
	return mbedtls_md_get_size(md);
}

static void put_amd(uint8_t *at, const mbedtls_mpi *r, const mbedtls_mpi *s)
{
	memset(at, 0, AMD_LEN);
	mbedtls_mpi_write_binary_le(r, at, AMD_NUMBER_LEN);
	mbedtls_mpi_write_binary_le(s, at + AMD_NUMBER_LEN, AMD_NUMBER_LEN);
}

/*
 * Signs the PREFIX and LEN bytes of B from START on; the signature goes to AT,
 * in AMD's form or as r and s in big endian.
 */
bool sign(struct blob *b, bool amd, const char *hash, const struct blob *prefix,
	  size_t start, size_t len, size_t at)
{
	size_t size = (group.nbits + 7) / 8, digest_len;
	uint8_t d[DIGEST_MAX];
	mbedtls_mpi r, s;
	bool good;

	if (!within(b, start, len) || !within(b, at, amd ? AMD_LEN : 2 * size))
		return false;
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	digest_len = digest(hash, prefix, b->data + start, len, d);
	good = digest_len != 0 && mbedtls_ecdsa_sign(&group, &r, &s, &secret, d,
						     digest_len, rng, NULL) == 0;
	if (good && amd)
		put_amd(b->data + at, &r, &s);
	else if (good)
		good = mbedtls_mpi_write_binary(&r, b->data + at, size) == 0 &&
		       mbedtls_mpi_write_binary(&s, b->data + at + size, size) == 0;
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return good;
}

/* A derived key of the simulated chip: the same for the same request. */
void derive(const uint8_t *data, size_t len, uint8_t ret[static 32])
{
	static const uint8_t root[] = "simulated derived key root";

	mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), root,
			sizeof(root) - 1, data, len, ret);
}
