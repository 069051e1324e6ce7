/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "log.h"
#include "secret.h"
#include "tpm_command.h"
#include "tpm_ek.h"

#define PUBLIC_MAX	512	/* a TPMT_PUBLIC of the template has 314 bytes */
#define NONCE_LEN	32
#define SALT_LEN	32	/* as the name algorithm of the EK */

/* Part 2, 8.4 (TPMA_SESSION): the TPM forgets it with this one command. */
#define ATTRIBUTES	TPMA_SESSION_AUDIT

/* A session that is salted by the EK. */
struct session {
	uint32_t handle;
	uint8_t ours[NONCE_LEN], theirs[NONCE_LEN];	/* nonces */
	struct secret key;
};

/* PolicySecret(TPM_RH_ENDORSEMENT), the EK's policy (Credential Profile B.3.3). */
static const uint8_t policy[] = {
	0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d,
	0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64,
	0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
};

static TPM2B_PUBLIC ek_template(void)
{
	TPM2B_PUBLIC p = {
		.publicArea = {
			.type = TPM2_ALG_RSA,
			.nameAlg = TPM2_ALG_SHA256,
			.objectAttributes =
				TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
				TPMA_OBJECT_SENSITIVEDATAORIGIN |
				TPMA_OBJECT_ADMINWITHPOLICY |
				TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
			.authPolicy.size = sizeof(policy),
			.parameters.rsaDetail = {
				.symmetric = {
					.algorithm = TPM2_ALG_AES,
					.keyBits.aes = 128,
					.mode.aes = TPM2_ALG_CFB,
				},
				.scheme.scheme = TPM2_ALG_NULL,
				.keyBits = TPM_RSA_LEN * 8,
			},
			.unique.rsa.size = TPM_RSA_LEN,
		},
	};

	memcpy(p.publicArea.authPolicy.buffer, policy, sizeof(policy));
	return p;
}

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_MEASURE, "the manifest is no EK: %s",
			  what);
}

int tpm_ek_parse(const uint8_t *public, size_t len,
		 uint8_t ret_modulus[static TPM_RSA_LEN], struct reason *why)
{
	const TPM2B_PUBLIC template = ek_template();
	uint8_t bytes[PUBLIC_MAX];
	size_t at = 0, made = 0;
	TPMT_PUBLIC p;

	if (Tss2_MU_TPMT_PUBLIC_Unmarshal(public, len, &at, &p) || at != len)
		return bad(why, "it is no TPMT_PUBLIC");
	if (p.type != TPM2_ALG_RSA || p.unique.rsa.size != TPM_RSA_LEN ||
	    !(p.unique.rsa.buffer[0] & 0x80))
		return bad(why, "it is not RSA of 2048 bits");
	memcpy(ret_modulus, p.unique.rsa.buffer, TPM_RSA_LEN);

	/* The modulus comes last; all before it is as in the template. */
	if (Tss2_MU_TPMT_PUBLIC_Marshal(&template.publicArea, bytes,
					sizeof(bytes), &made) ||
	    made != len || memcmp(public, bytes, len - TPM_RSA_LEN) != 0)
		return bad(why, "it is not by the TCG's template L-1");
	return 0;
}

static int make_ek(struct tpm *t, const uint8_t *public, size_t len,
		   uint32_t *ret_handle)
{
	const TPM2B_PUBLIC template = ek_template();
	struct reader made;
	int r = tpm_create_primary(t, TPM2_RH_ENDORSEMENT, &template, ret_handle,
				   &made);

	if (r < 0)
		return r;
	if (made.left != len || !equal_ct(made.p, public, len))
		return fail(-EACCES, t->device.code, "the TPM is not the one in "
			    "the report: it has another EK");
	return 0;
}

/*
 * Part 1, 11.4.10.2 (KDFa) and 19.6.8 (sessionKey Creation): one block of it, of
 * counter, label with its NUL, both nonces and the number of bits.
 */
static int derive(struct session *s, const struct secret *salt)
{
	cleanup_buf struct buf b = BUF(128);
	struct digest d;
	int r;

	buf_u32be(&b, 1);
	buf_add(&b, "ATH", sizeof("ATH"));
	buf_add(&b, s->theirs, sizeof(s->theirs));
	buf_add(&b, s->ours, sizeof(s->ours));
	buf_u32be(&b, 8 * (uint32_t)hash_len(HASH_SHA256));
	r = buf_error(&b);
	if (r == 0)
		r = hmac(HASH_SHA256, salt, b.data, b.len, &d);
	if (r == 0)
		r = secret_copy(&s->key, d.bytes, hash_len(HASH_SHA256));
	wipe(&d, sizeof(d));
	return r;
}

/* Part 1, 19.6.5: over the parameters' hash, the newer and the older nonce. */
static int authorize(const struct session *s, const struct buf *parameters,
		     const uint8_t *newer, const uint8_t *older,
		     uint8_t attributes, struct digest *ret)
{
	cleanup_buf struct buf b = BUF(256);
	struct digest d;
	int r;

	r = buf_error(parameters);
	if (r == 0)
		r = hash(HASH_SHA256, parameters->data, parameters->len, &d);
	if (r < 0)
		return r;
	buf_add(&b, d.bytes, hash_len(d.alg));
	buf_add(&b, newer, NONCE_LEN);
	buf_add(&b, older, NONCE_LEN);
	buf_u8(&b, attributes);
	return buf_error(&b) ?: hmac(HASH_SHA256, &s->key, b.data, b.len, ret);
}

/* Part 3, 11.1 (TPM2_StartAuthSession): nonceTPM. */
static int start(struct tpm *t, uint32_t ek, const TPM2B_ENCRYPTED_SECRET *salt,
		 struct session *s)
{
	static const struct tpm_command command = {
		.name = "TPM2_StartAuthSession",
	};
	const TPMT_SYM_DEF none = { .algorithm = TPM2_ALG_NULL };
	TPM2B_NONCE ours = { .size = sizeof(s->ours) };
	struct reader params, nonce;
	int r;

	memcpy(ours.buffer, s->ours, sizeof(s->ours));
	r = tpm_run(t, &command,
		    Tss2_Sys_StartAuthSession_Prepare(t->sys, ek, TPM2_RH_NULL,
						      &ours, salt, TPM2_SE_HMAC,
						      &none, TPM2_ALG_SHA256),
		    &s->handle, &params);
	if (r < 0)
		return r;
	/* Part 2, 7.2 (TPM_HT); as for a key. */
	if (s->handle >> TPM2_HR_SHIFT != TPM2_HT_HMAC_SESSION)
		return tpm_malformed(t, command.name, "has a strange handle");
	t->session = s->handle;
	if (!tpm_sized(&params, &nonce) || !rd_empty(&params) ||
	    !rd_bytes(&nonce, s->theirs, sizeof(s->theirs)) ||
	    !rd_empty(&nonce))
		return tpm_malformed(t, command.name, "has no nonce of its own");
	return 0;
}

static int start_session(struct tpm *t, uint32_t ek, const uint8_t *modulus,
			 struct session *s)
{
	TPM2B_ENCRYPTED_SECRET encrypted = { .size = TPM_RSA_LEN };
	cleanup_secret struct secret salt = { 0 };
	int r;

	r = secret_alloc(&salt, SALT_LEN);
	if (r == 0)
		r = random_bytes(salt.data, salt.len) ?:
		    random_bytes(s->ours, sizeof(s->ours));
	if (r == 0)
		r = rsa_oaep_encrypt(modulus, TPM_RSA_LEN, TPM_RSA_EXPONENT,
				     "SECRET", &salt, encrypted.secret);
	if (r < 0)
		return fail(r, t->device.code, "cannot encrypt to the EK");
	r = start(t, ek, &encrypted, s);
	if (r < 0)
		return r;
	r = derive(s, &salt);
	return r < 0 ? fail(r, t->device.code, "cannot make a session key") : 0;
}

/* What the session gives a command: nonce, attributes, HMAC. */
static int make_auth(struct session *s, const struct buf *parameters,
		     TSS2L_SYS_AUTH_COMMAND *ret)
{
	TPMS_AUTH_COMMAND *a = &ret->auths[0];
	struct digest d;
	int r = random_bytes(s->ours, sizeof(s->ours));

	if (r == 0)
		r = authorize(s, parameters, s->ours, s->theirs, ATTRIBUTES, &d);
	if (r < 0)
		return r;
	ret->count = 1;
	a->sessionHandle = s->handle;
	a->sessionAttributes = ATTRIBUTES;
	a->nonce.size = sizeof(s->ours);
	memcpy(a->nonce.buffer, s->ours, sizeof(s->ours));
	a->hmac.size = (uint16_t)hash_len(d.alg);
	memcpy(a->hmac.buffer, d.bytes, hash_len(d.alg));
	return 0;
}

/* Part 1, 19.6.5: the answer's hash counts its code, zero, as well. */
static int check_answer(const struct tpm *t, const char *name,
			struct session *s, const struct buf *parameters,
			struct reader auth)
{
	struct reader nonce, mac;
	uint8_t attributes;
	struct digest d;
	int r;

	if (!tpm_sized(&auth, &nonce) || !rd_u8(&auth, &attributes) ||
	    !tpm_sized(&auth, &mac) || !rd_empty(&auth) ||
	    !rd_bytes(&nonce, s->theirs, sizeof(s->theirs)) ||
	    !rd_empty(&nonce) || mac.left != hash_len(HASH_SHA256))
		return tpm_malformed(t, name, "is not of our session");
	r = authorize(s, parameters, s->theirs, s->ours, attributes, &d);
	if (r < 0)
		return fail(r, t->device.code, "cannot check the TPM's answer");
	if (!equal_ct(d.bytes, mac.p, mac.left))
		return fail(-EACCES, t->device.code, "the TPM is not the one in "
			    "the report: it lacks the EK's private part");
	return 0;
}

/* TPM2_GetRandom (part 3, 16.1): any command will do. */
static int use_session(struct tpm *t, struct session *s)
{
	cleanup_buf struct buf asked = BUF(16), told = BUF(TPM_MESSAGE_MAX);
	TSS2L_SYS_AUTH_COMMAND auth = { .count = 0 };
	struct reader params, answer;
	const struct tpm_command command = {
		.name = "TPM2_GetRandom", .auth = true,
		.session = &auth, .ret_session = &answer,
	};
	int r;

	buf_u32be(&asked, TPM2_CC_GetRandom);
	buf_u16be(&asked, NONCE_LEN);
	r = make_auth(s, &asked, &auth);
	if (r < 0)
		return fail(r, t->device.code, "cannot use a session");
	r = tpm_run(t, &command, Tss2_Sys_GetRandom_Prepare(t->sys, NONCE_LEN),
		    NULL, &params);
	if (r < 0)
		return r;
	t->session = 0;
	buf_u32be(&told, TPM2_RC_SUCCESS);
	buf_u32be(&told, TPM2_CC_GetRandom);
	buf_add(&told, params.p, params.left);
	return check_answer(t, command.name, s, &told, answer);
}

int tpm_ek_prove(struct tpm *t, const uint8_t *public, size_t len)
{
	uint8_t modulus[TPM_RSA_LEN];
	struct session s = { 0 };
	struct reason why = { 0 };
	uint32_t ek = 0;
	int r;

	r = tpm_ek_parse(public, len, modulus, &why);
	if (r < 0)
		return fail_reason(r, &why);
	r = make_ek(t, public, len, &ek);
	if (r == 0)
		r = start_session(t, ek, modulus, &s);
	if (r == 0)
		r = use_session(t, &s);
	secret_free(&s.key);
	return r;
}
