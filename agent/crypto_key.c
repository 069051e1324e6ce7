/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of crypto.h that works with asymmetric keys. */
#include <string.h>

#include <mbedtls/ecdh.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/nist_kw.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include "buf.h"
#include "crypto.h"
#include "encode.h"
#include "secret.h"

#define CEK_LEN			32
#define COORDINATE_LEN_MAX	66	/* P-521 */
#define RSA_BITS		2048

struct tee_key {
	enum tee_key_type type;
	mbedtls_ecp_group group;
	mbedtls_mpi d;
	mbedtls_ecp_point q;
	mbedtls_rsa_context rsa;
};

static const struct {
	const char *alg, *curve;
	mbedtls_ecp_group_id group;
	size_t len;
} types[] = {
	[TEE_KEY_P256]	= { "ECDH-ES+A256KW", "P-256",
			    MBEDTLS_ECP_DP_SECP256R1, 32 },
	[TEE_KEY_P521]	= { "ECDH-ES+A256KW", "P-521",
			    MBEDTLS_ECP_DP_SECP521R1, COORDINATE_LEN_MAX },
	[TEE_KEY_RSA2048] = { "RSA-OAEP-256", NULL, MBEDTLS_ECP_DP_NONE, 0 },
};

const char *tee_key_alg(const struct tee_key *k)
{
	return types[k->type].alg;
}

const char *tee_key_curve(const struct tee_key *k)
{
	return types[k->type].curve;
}

size_t tee_key_coordinate_len(const struct tee_key *k)
{
	return types[k->type].len;
}

/* mbedTLS's shape of a random source; the kernel's, with no state of ours. */
static int rng(void *unused, unsigned char *out, size_t len)
{
	(void)unused;
	return random_bytes(out, len) == 0 ? 0 : MBEDTLS_ERR_ECP_RANDOM_FAILED;
}

static struct tee_key *key_alloc(enum tee_key_type type)
{
	struct tee_key *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->type = type;
	mbedtls_ecp_group_init(&k->group);
	mbedtls_mpi_init(&k->d);
	mbedtls_ecp_point_init(&k->q);
	mbedtls_rsa_init(&k->rsa);
	return k;
}

void tee_key_free(struct tee_key *k)
{
	if (!k)
		return;
	mbedtls_ecp_group_free(&k->group);
	mbedtls_mpi_free(&k->d);
	mbedtls_ecp_point_free(&k->q);
	mbedtls_rsa_free(&k->rsa);
	free(k);
}

int tee_key_new(enum tee_key_type type, struct tee_key **ret)
{
	struct tee_key *k = key_alloc(type);
	int r;

	if (!k)
		return -ENOMEM;
	if (type == TEE_KEY_RSA2048)
		r = mbedtls_rsa_gen_key(&k->rsa, rng, NULL, RSA_BITS, 65537);
	else
		r = mbedtls_ecp_group_load(&k->group, types[type].group) ?:
		    mbedtls_ecp_gen_keypair(&k->group, &k->d, &k->q, rng, NULL);
	if (r != 0) {
		tee_key_free(k);
		return -EIO;
	}
	*ret = k;
	return 0;
}

static int key_from_pk(mbedtls_pk_context *pk, struct tee_key **ret)
{
	struct tee_key *k;
	int r;

	if (mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA)
		k = key_alloc(TEE_KEY_RSA2048);
	else
		k = key_alloc(mbedtls_pk_get_bitlen(pk) == 521 ?
			      TEE_KEY_P521 : TEE_KEY_P256);
	if (!k)
		return -ENOMEM;
	if (k->type == TEE_KEY_RSA2048)
		r = mbedtls_rsa_copy(&k->rsa, mbedtls_pk_rsa(*pk));
	else
		r = mbedtls_ecp_export(mbedtls_pk_ec(*pk), &k->group, &k->d,
				       &k->q);
	if (r != 0) {
		tee_key_free(k);
		return -EIO;
	}
	*ret = k;
	return 0;
}

int tee_key_from_pem(const char *pem, struct tee_key **ret)
{
	mbedtls_pk_context pk;
	int r;

	mbedtls_pk_init(&pk);
	r = mbedtls_pk_parse_key(&pk, (const unsigned char *)pem,
				 strlen(pem) + 1, NULL, 0, rng, NULL);
	r = r != 0 ? -EBADMSG : key_from_pk(&pk, ret);
	mbedtls_pk_free(&pk);
	return r;
}

/* Each member is followed by a comma or the brace that ends the object. */
static void jwk_member(struct buf *b, const char *name, const uint8_t *data,
		       size_t len, char after)
{
	buf_printf(b, "\"%s\":\"", name);
	buf_b64(b, data, len, B64_URL);
	buf_printf(b, "\"%c", after);
}

static int ec_jwk(const struct tee_key *k, struct buf *ret)
{
	uint8_t point[1 + 2 * COORDINATE_LEN_MAX];
	size_t n = types[k->type].len, written;

	if (mbedtls_ecp_point_write_binary(&k->group, &k->q,
					   MBEDTLS_ECP_PF_UNCOMPRESSED, &written,
					   point, sizeof(point)) != 0 ||
	    written != 1 + 2 * n)
		return -EIO;
	buf_printf(ret, "{\"alg\":\"%s\",\"crv\":\"%s\",\"kty\":\"EC\",",
		   tee_key_alg(k), tee_key_curve(k));
	jwk_member(ret, "x", point + 1, n, ',');
	jwk_member(ret, "y", point + 1 + n, n, '}');
	return buf_error(ret);
}

static int rsa_jwk(const struct tee_key *k, struct buf *ret)
{
	static const uint8_t e[] = { 1, 0, 1 };
	uint8_t n[RSA_BITS / 8];

	if (mbedtls_rsa_get_len(&k->rsa) != sizeof(n) ||
	    mbedtls_rsa_export_raw(&k->rsa, n, sizeof(n), NULL, 0, NULL, 0,
				   NULL, 0, NULL, 0) != 0)
		return -EIO;
	buf_printf(ret, "{\"alg\":\"%s\",", tee_key_alg(k));
	jwk_member(ret, "e", e, sizeof(e), ',');
	buf_str(ret, "\"kty\":\"RSA\",");
	jwk_member(ret, "n", n, sizeof(n), '}');
	return buf_error(ret);
}

int tee_key_jwk(const struct tee_key *k, struct buf *ret)
{
	return k->type == TEE_KEY_RSA2048 ? rsa_jwk(k, ret) : ec_jwk(k, ret);
}

/* Z of RFC 7518 4.6: the x coordinate of the shared point, at full width. */
static int ecdh(const struct tee_key *k, const uint8_t *x, const uint8_t *y,
		struct secret *ret_z)
{
	uint8_t point[1 + 2 * COORDINATE_LEN_MAX] = { 4 };
	cleanup_secret struct secret out = { 0 };
	struct tee_key *own = (struct tee_key *)(uintptr_t)k;
	size_t n = types[k->type].len;
	mbedtls_ecp_point peer;
	mbedtls_mpi z;
	int r;

	memcpy(point + 1, x, n);
	memcpy(point + 1 + n, y, n);
	mbedtls_ecp_point_init(&peer);
	mbedtls_mpi_init(&z);
	r = secret_alloc(&out, n);
	if (r == 0 &&
	    (mbedtls_ecp_point_read_binary(&k->group, &peer, point,
					   1 + 2 * n) != 0 ||
	     mbedtls_ecp_check_pubkey(&k->group, &peer) != 0))
		r = -EBADMSG;
	/* The group caches multiples of its base point; no key is changed. */
	if (r == 0 &&
	    (mbedtls_ecdh_compute_shared(&own->group, &z, &peer, &k->d, rng,
					 NULL) != 0 ||
	     mbedtls_mpi_write_binary(&z, out.data, out.len) != 0))
		r = -EIO;
	mbedtls_mpi_free(&z);
	mbedtls_ecp_point_free(&peer);
	if (r == 0)
		secret_move(ret_z, &out);
	return r;
}

/* Concat KDF, one round (RFC 7518 4.6.2, kbs-wire.md 3.4). */
static int concat_kdf(const struct secret *z, struct secret *ret_kek)
{
	static const uint8_t before[] = { 0, 0, 0, 1 };
	static const uint8_t after[] = "\0\0\0\x0e" "ECDH-ES+A256KW"
				       "\0\0\0\0" "\0\0\0\0" "\0\0\1";
	cleanup_secret struct secret out = { 0 };
	mbedtls_md_context_t md;
	int r;

	r = secret_alloc(&out, 32);
	if (r < 0)
		return r;
	mbedtls_md_init(&md);
	r = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
			     0) ?:
	    mbedtls_md_starts(&md) ?:
	    mbedtls_md_update(&md, before, sizeof(before)) ?:
	    mbedtls_md_update(&md, z->data, z->len) ?:
	    /* The string's own NUL is the last byte of 00000100. */
	    mbedtls_md_update(&md, after, sizeof(after)) ?:
	    mbedtls_md_finish(&md, out.data);
	mbedtls_md_free(&md);
	if (r != 0)
		return -EIO;
	secret_move(ret_kek, &out);
	return 0;
}

static int ec_unwrap(const struct tee_key *k, const uint8_t *x,
		     const uint8_t *y, const uint8_t *wrapped,
		     size_t wrapped_len, struct secret *cek)
{
	cleanup_secret struct secret z = { 0 }, kek = { 0 };
	mbedtls_nist_kw_context kw;
	size_t n = 0;
	int r;

	if (wrapped_len != CEK_LEN + 8)
		return -EBADMSG;
	r = ecdh(k, x, y, &z);
	if (r == 0)
		r = concat_kdf(&z, &kek);
	if (r < 0)
		return r;
	mbedtls_nist_kw_init(&kw);
	r = mbedtls_nist_kw_setkey(&kw, MBEDTLS_CIPHER_ID_AES, kek.data,
				   (unsigned)kek.len * 8, 0);
	if (r == 0 &&
	    (mbedtls_nist_kw_unwrap(&kw, MBEDTLS_KW_MODE_KW, wrapped,
				    wrapped_len, cek->data, &n, cek->len) != 0 ||
	     n != CEK_LEN))
		r = -EBADMSG;
	mbedtls_nist_kw_free(&kw);
	return r == 0 || r == -EBADMSG ? r : -EIO;
}

static int rsa_unwrap(const struct tee_key *k, const uint8_t *wrapped,
		      size_t wrapped_len, struct secret *cek)
{
	struct tee_key *own = (struct tee_key *)(uintptr_t)k;
	size_t n = 0;

	if (wrapped_len != mbedtls_rsa_get_len(&k->rsa))
		return -EBADMSG;
	/* Padding and blinding values are all that changes in the context. */
	if (mbedtls_rsa_set_padding(&own->rsa, MBEDTLS_RSA_PKCS_V21,
				    MBEDTLS_MD_SHA256) != 0)
		return -EIO;
	if (mbedtls_rsa_rsaes_oaep_decrypt(&own->rsa, rng, NULL, NULL, 0, &n,
					   wrapped, cek->data, cek->len) != 0 ||
	    n != CEK_LEN)
		return -EBADMSG;
	return 0;
}

int tee_key_unwrap(const struct tee_key *k, const uint8_t *x, const uint8_t *y,
		   const uint8_t *wrapped, size_t wrapped_len,
		   struct secret *ret_cek)
{
	cleanup_secret struct secret cek = { 0 };
	int r = secret_alloc(&cek, CEK_LEN);

	if (r < 0)
		return r;
	r = k->type == TEE_KEY_RSA2048 ?
		rsa_unwrap(k, wrapped, wrapped_len, &cek) :
		ec_unwrap(k, x, y, wrapped, wrapped_len, &cek);
	if (r < 0)
		return r;
	secret_move(ret_cek, &cek);
	return 0;
}

int x25519_public(const struct secret *private_key, uint8_t ret[static 32])
{
	cleanup_secret struct secret k = { 0 };
	mbedtls_ecp_group group;
	mbedtls_ecp_point q;
	uint8_t out[32];
	mbedtls_mpi d;
	size_t n;
	int r;

	if (private_key->len != 32)
		return -EINVAL;
	r = secret_copy(&k, private_key->data, 32);
	if (r < 0)
		return r;
	/* Clamping, RFC 7748 5. */
	k.data[0] &= 248;
	k.data[31] = (k.data[31] & 127) | 64;
	mbedtls_ecp_group_init(&group);
	mbedtls_ecp_point_init(&q);
	mbedtls_mpi_init(&d);
	r = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_CURVE25519) ?:
	    mbedtls_mpi_read_binary_le(&d, k.data, k.len) ?:
	    mbedtls_ecp_mul(&group, &q, &d, &group.G, rng, NULL) ?:
	    mbedtls_ecp_point_write_binary(&group, &q,
					   MBEDTLS_ECP_PF_COMPRESSED, &n,
					   out, sizeof(out));
	mbedtls_mpi_free(&d);
	mbedtls_ecp_point_free(&q);
	mbedtls_ecp_group_free(&group);
	if (r != 0 || n != sizeof(out))
		return -EIO;
	memcpy(ret, out, sizeof(out));
	return 0;
}

/* Definite length of DER (X.690 8.1.3), up to 65535. */
static void der_head(struct buf *b, uint8_t tag, size_t len)
{
	buf_u8(b, tag);
	if (len >= 0x100) {
		buf_u8(b, 0x82);
		buf_u16be(b, (uint16_t)len);
		return;
	}
	if (len >= 0x80)
		buf_u8(b, 0x81);
	buf_u8(b, (uint8_t)len);
}

/* A positive INTEGER: shortest form, with a zero before a set top bit. */
static void der_integer(struct buf *b, const uint8_t *p, size_t len)
{
	while (len > 1 && *p == 0) {
		p++;
		len--;
	}
	der_head(b, 2, len + (*p >> 7));
	if (*p >> 7)
		buf_u8(b, 0);
	buf_add(b, p, len);
}

int rsa_spki(const uint8_t *n, size_t n_len, uint32_t e, struct buf *ret)
{
	/* rsaEncryption with NULL parameters, RFC 3279 2.3.1. */
	static const uint8_t algorithm[] = {
		0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00,
	};
	const uint8_t e_bytes[] = {
		(uint8_t)(e >> 24), (uint8_t)(e >> 16), (uint8_t)(e >> 8),
		(uint8_t)e,
	};
	cleanup_buf struct buf numbers = BUF(2048), key = BUF(2048);

	if (n_len == 0 || n_len > 1024)
		return -EINVAL;
	der_integer(&numbers, n, n_len);
	der_integer(&numbers, e_bytes, sizeof(e_bytes));
	der_head(&key, 0x30, numbers.len);
	buf_add(&key, numbers.data, numbers.len);
	der_head(ret, 0x30, sizeof(algorithm) + key.len + 1 +
		 (key.len + 1 >= 0x100 ? 4 : key.len + 1 >= 0x80 ? 3 : 2));
	buf_add(ret, algorithm, sizeof(algorithm));
	der_head(ret, 3, key.len + 1);
	buf_u8(ret, 0);
	buf_add(ret, key.data, key.len);
	return buf_error(&numbers) ?: buf_error(&key) ?: buf_error(ret);
}

int rsa_oaep_encrypt(const uint8_t *n, size_t n_len, uint32_t e,
		     const char *label, const struct secret *data, uint8_t *ret)
{
	const uint8_t e_bytes[] = {
		(uint8_t)(e >> 24), (uint8_t)(e >> 16), (uint8_t)(e >> 8),
		(uint8_t)e,
	};
	mbedtls_rsa_context rsa;
	int r;

	mbedtls_rsa_init(&rsa);
	r = mbedtls_rsa_set_padding(&rsa, MBEDTLS_RSA_PKCS_V21,
				    MBEDTLS_MD_SHA256) ?:
	    mbedtls_rsa_import_raw(&rsa, n, n_len, NULL, 0, NULL, 0, NULL, 0,
				   e_bytes, sizeof(e_bytes)) ?:
	    mbedtls_rsa_complete(&rsa) ?: mbedtls_rsa_check_pubkey(&rsa);
	if (r == 0 && mbedtls_rsa_get_len(&rsa) != n_len)
		r = -EIO;
	if (r == 0)
		r = mbedtls_rsa_rsaes_oaep_encrypt(&rsa, rng, NULL,
				(const unsigned char *)label, strlen(label) + 1,
				data->len, data->data, ret);
	mbedtls_rsa_free(&rsa);
	return r ? -EIO : 0;
}
