/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/random.h>

#include <mbedtls/gcm.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>

#include "crypto.h"
#include "secret.h"
#include "sm3.h"

static const struct {
	const char *name;
	size_t len;
	mbedtls_md_type_t md;
} hashes[HASH_COUNT] = {
	[HASH_SHA1]	= { "sha1",	20, MBEDTLS_MD_SHA1 },
	[HASH_SHA256]	= { "sha256",	32, MBEDTLS_MD_SHA256 },
	[HASH_SHA384]	= { "sha384",	48, MBEDTLS_MD_SHA384 },
	[HASH_SHA512]	= { "sha512",	64, MBEDTLS_MD_SHA512 },
	[HASH_SM3]	= { "sm3",	SM3_LEN, MBEDTLS_MD_NONE },
};

size_t hash_len(enum hash alg)
{
	assert(alg < HASH_COUNT);
	return hashes[alg].len;
}

const char *hash_name(enum hash alg)
{
	assert(alg < HASH_COUNT);
	return hashes[alg].name;
}

static const mbedtls_md_info_t *md_of(enum hash alg)
{
	assert(alg < HASH_COUNT);
	return mbedtls_md_info_from_type(hashes[alg].md);
}

int hash(enum hash alg, const void *data, size_t len, struct digest *ret)
{
	struct digest d = { .alg = alg };

	if (alg == HASH_SM3)
		sm3(data, len, d.bytes);
	else if (mbedtls_md(md_of(alg), data, len, d.bytes) != 0)
		return -EIO;
	*ret = d;
	return 0;
}

int hmac(enum hash alg, const struct secret *key, const void *data, size_t len,
	 struct digest *ret)
{
	struct digest d = { .alg = alg };

	if (mbedtls_md_hmac(md_of(alg), key->data, key->len, data, len,
			    d.bytes) != 0)
		return -EIO;
	*ret = d;
	return 0;
}

int hkdf(const struct secret *key, const char *salt, const char *info,
	 size_t len, struct secret *ret)
{
	cleanup_secret struct secret out = { 0 };
	int r = secret_alloc(&out, len);

	if (r < 0)
		return r;
	if (mbedtls_hkdf(md_of(HASH_SHA256),
			 (const unsigned char *)salt, strlen(salt),
			 key->data, key->len,
			 (const unsigned char *)info, strlen(info),
			 out.data, out.len) != 0)
		return -EIO;
	secret_move(ret, &out);
	return 0;
}

int random_bytes(void *out, size_t len)
{
	uint8_t *p = out;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return neg_errno();
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int aes_gcm_open(const struct secret *key, const uint8_t iv[static 12],
		 const void *aad, size_t aad_len,
		 const uint8_t *ciphertext, size_t len,
		 const uint8_t tag[static 16], struct secret *ret)
{
	cleanup_secret struct secret plain = { 0 };
	mbedtls_gcm_context gcm;
	int r;

	if (key->len != 32 || len == 0)
		return -EINVAL;
	r = secret_alloc(&plain, len);
	if (r < 0)
		return r;
	mbedtls_gcm_init(&gcm);
	r = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key->data, 256);
	if (r == 0)
		r = mbedtls_gcm_auth_decrypt(&gcm, len, iv, 12, aad, aad_len,
					     tag, 16, ciphertext, plain.data);
	mbedtls_gcm_free(&gcm);
	if (r == MBEDTLS_ERR_GCM_AUTH_FAILED)
		return -EBADMSG;
	if (r != 0)
		return -EIO;
	secret_move(ret, &plain);
	return 0;
}
