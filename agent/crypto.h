/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crypto.h - all of the cryptography that postern does itself, over mbedTLS
 *
 * mbedTLS is known to crypto*.c alone; what it does not have is in sm3.h.
 * Functions return 0 or a negative errno: -EBADMSG when something does not
 * verify or decrypt, -EINVAL for parameters that the format forbids, -EIO when
 * the library fails.
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "util.h"

struct buf;
struct secret;

enum hash {
	HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512,
	HASH_SM3,		/* not for hmac(); see sm3.h */
	HASH_COUNT
};

#define HASH_LEN_MAX	64

struct digest {
	enum hash alg;
	uint8_t bytes[HASH_LEN_MAX];	/* the first hash_len(alg) count */
};

size_t hash_len(enum hash alg);

/* "sha256": lower case, without a dash, as TPM logs and systemd write it. */
const char *hash_name(enum hash alg);

int hash(enum hash alg, const void *data, size_t len,
	 struct digest *ret) must_check;

/* HMAC (RFC 2104); any key length. */
int hmac(enum hash alg, const struct secret *key, const void *data, size_t len,
	 struct digest *ret) must_check;

/* HKDF-SHA256 (RFC 5869), extract and expand; *RET gets LEN bytes. */
int hkdf(const struct secret *key, const char *salt, const char *info,
	 size_t len, struct secret *ret) must_check;

/* LEN random bytes: getrandom(2), waiting until the kernel is seeded. */
int random_bytes(void *out, size_t len) must_check;

/* --- the TEE key: fresh for each boot (kbs-wire.md 3.1) --- */

enum tee_key_type { TEE_KEY_P256, TEE_KEY_P521, TEE_KEY_RSA2048 };

struct tee_key;

int tee_key_new(enum tee_key_type type, struct tee_key **ret) must_check;

/* A key in PEM, for tests of the decryption against fixed vectors. */
int tee_key_from_pem(const char *pem, struct tee_key **ret) must_check;

/* Wipes and frees; NULL is fine. */
void tee_key_free(struct tee_key *k);

/* The public JWK in canonical form (RFC 8785), as in kbs-wire.md 2.1. */
int tee_key_jwk(const struct tee_key *k, struct buf *ret) must_check;

/* "ECDH-ES+A256KW" or "RSA-OAEP-256". */
const char *tee_key_alg(const struct tee_key *k);

/* "P-256", "P-521" or, for RSA, NULL. */
const char *tee_key_curve(const struct tee_key *k);

/* Bytes of a coordinate: 32, 66, or 0 for RSA. */
size_t tee_key_coordinate_len(const struct tee_key *k);

/*
 * Unwraps the 32-byte content key: ECDH with the point (X, Y), Concat KDF and
 * RFC 3394 (RFC 7518 4.6), or RSA-OAEP with SHA-256; then X and Y are unused.
 * -EBADMSG for a point that is not on the curve or a wrapping that is wrong.
 */
int tee_key_unwrap(const struct tee_key *k, const uint8_t *x, const uint8_t *y,
		   const uint8_t *wrapped, size_t wrapped_len,
		   struct secret *ret_cek) must_check;

/* AES-256-GCM with a 12-byte IV and 16-byte tag; -EBADMSG if it is not right. */
int aes_gcm_open(const struct secret *key, const uint8_t iv[static 12],
		 const void *aad, size_t aad_len,
		 const uint8_t *ciphertext, size_t len,
		 const uint8_t tag[static 16], struct secret *ret) must_check;

/* --- WireGuard --- */

/* Curve25519 public key of a 32-byte private key (RFC 7748 5). */
int x25519_public(const struct secret *private_key,
		  uint8_t ret[static 32]) must_check;

/* --- keys of others --- */

/*
 * DER SubjectPublicKeyInfo (RFC 5280 4.1) of an RSA key with modulus N (big
 * endian) and exponent E.
 */
int rsa_spki(const uint8_t *n, size_t n_len, uint32_t e,
	     struct buf *ret) must_check;

/*
 * RSAES-OAEP with SHA-256 (RFC 8017 7.1.1): DATA for the owner of the key with
 * modulus N (big endian) and exponent E.  LABEL counts with its NUL, as a TPM
 * wants it.  RET gets N_LEN bytes.  -EIO also when N is no modulus.
 */
int rsa_oaep_encrypt(const uint8_t *n, size_t n_len, uint32_t e,
		     const char *label, const struct secret *data,
		     uint8_t *ret) must_check;

#endif /* CRYPTO_H */
