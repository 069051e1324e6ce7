/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "log.h"
#include "secret.h"
#include "tpm_attest.h"
#include "tpm_command.h"

/* How often PCRs may change between reading and quoting. */
#define QUOTE_TRIES	5

/*
 * Part 2, 8.3 (TPMA_OBJECT): a restricted key signs nothing but what the TPM
 * itself has made, which is what a quote rests on; the other bits say that it
 * was made in this TPM and never leaves it, and that the empty password will do.
 */
#define AK_ATTRIBUTES	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | \
			 TPMA_OBJECT_SENSITIVEDATAORIGIN | \
			 TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_RESTRICTED | \
			 TPMA_OBJECT_SIGN_ENCRYPT)
#define AK_FORBIDDEN	(TPMA_OBJECT_DECRYPT | TPMA_OBJECT_ENCRYPTEDDUPLICATION)

/* The attributes of kbs-wire.md 4.5; part 2, 12.2.3.5 (TPMS_RSA_PARMS). */
static const TPM2B_PUBLIC ak_template = {
	.publicArea = {
		.type = TPM2_ALG_RSA,
		.nameAlg = TPM2_ALG_SHA256,
		.objectAttributes = AK_ATTRIBUTES,
		.parameters.rsaDetail = {
			.symmetric.algorithm = TPM2_ALG_NULL,
			.scheme = {
				.scheme = TPM2_ALG_RSASSA,
				.details.rsassa.hashAlg = TPM2_ALG_SHA256,
			},
			.keyBits = TPM_RSA_LEN * 8,
			.exponent = 0,
		},
	},
};

/* What keeps a key from being an AK; NULL when nothing does. */
static const char *not_an_ak(const TPMT_PUBLIC *p)
{
	const TPMS_RSA_PARMS *rsa = &p->parameters.rsaDetail;

	if (p->type != TPM2_ALG_RSA)
		return "no RSA key";
	if ((p->objectAttributes & AK_ATTRIBUTES) != AK_ATTRIBUTES ||
	    p->objectAttributes & AK_FORBIDDEN)
		return "no restricted signing key of this TPM";
	if (rsa->symmetric.algorithm != TPM2_ALG_NULL ||
	    rsa->scheme.scheme != TPM2_ALG_RSASSA ||
	    rsa->scheme.details.rsassa.hashAlg != TPM2_ALG_SHA256)
		return "no key for RSASSA with SHA-256";
	if (rsa->keyBits != TPM_RSA_LEN * 8)
		return "no key of 2048 bits";
	/* Part 2, 12.2.3.5: zero stands for the default. */
	if (rsa->exponent && rsa->exponent != TPM_RSA_EXPONENT)
		return "no key with exponent 65537";
	return NULL;
}

/* A modulus of 2048 bits, neither more nor less, is odd as every RSA one. */
static bool modulus_good(const TPM2B_PUBLIC_KEY_RSA *n)
{
	return n->size == TPM_RSA_LEN && n->buffer[0] & 0x80 &&
	       n->buffer[TPM_RSA_LEN - 1] & 1;
}

/* A TPMT_PUBLIC from the answer to command NAME. */
static int parse_ak(const struct tpm *t, const char *name, struct reader area,
		    uint32_t handle, struct tpm_ak *ret)
{
	struct tpm_ak ak = { .handle = handle, .exponent = TPM_RSA_EXPONENT };
	TPMT_PUBLIC public;
	const char *why;
	size_t at = 0;

	if (Tss2_MU_TPMT_PUBLIC_Unmarshal(area.p, area.left, &at, &public) ||
	    at != area.left)
		return tpm_malformed(t, name, "has no public area");
	why = not_an_ak(&public);
	if (why)
		return fail(-ENOTSUP, t->device.code,
			    "the key at 0x%08x is %s", handle, why);
	if (!modulus_good(&public.unique.rsa))
		return tpm_malformed(t, name, "has a bad modulus");
	memcpy(ak.modulus, public.unique.rsa.buffer, TPM_RSA_LEN);
	*ret = ak;
	return 0;
}

/* Part 3, 12.4 (TPM2_ReadPublic): outPublic, name, qualifiedName. */
int tpm_ak_find(struct tpm *t, uint32_t handle, struct tpm_ak *ret)
{
	static const struct tpm_command command = { .name = "TPM2_ReadPublic" };
	struct reader params, area, name;
	struct tpm_ak ak;
	int r;

	r = tpm_run(t, &command,
		    Tss2_Sys_ReadPublic_Prepare(t->sys, handle),
		    NULL, &params);
	if (r < 0)
		return r;
	if (!tpm_sized(&params, &area))
		return tpm_malformed(t, command.name, "has no public area");
	r = parse_ak(t, command.name, area, handle, &ak);
	if (r < 0)
		return r;
	if (!tpm_sized(&params, &name) || !tpm_sized(&params, &name) ||
	    !rd_empty(&params))
		return tpm_malformed(t, command.name, "has no names");
	*ret = ak;
	return 0;
}

static int make_in(struct tpm *t, TPMI_RH_HIERARCHY hierarchy,
		   struct tpm_ak *ret)
{
	struct reader area;
	uint32_t handle;
	int r = tpm_create_primary(t, hierarchy, &ak_template, &handle, &area);

	return r < 0 ? r : parse_ak(t, "TPM2_CreatePrimary", area, handle, ret);
}

int tpm_ak_make(struct tpm *t, struct tpm_ak *ret)
{
	int r;

	assert(!t->made);
	r = make_in(t, TPM2_RH_ENDORSEMENT, ret);
	if (r == -EPERM)
		r = make_in(t, TPM2_RH_OWNER, ret);
	return r;
}

/* Part 2, 11.3.4 (TPMT_SIGNATURE) of the one kind that was asked for. */
static bool signature_good(const struct reader *r)
{
	const TPMS_SIGNATURE_RSA *rsa;
	TPMT_SIGNATURE s;
	size_t at = 0;

	if (r->left != TPM_SIGNATURE_LEN ||
	    Tss2_MU_TPMT_SIGNATURE_Unmarshal(r->p, r->left, &at, &s) ||
	    at != r->left || s.sigAlg != TPM2_ALG_RSASSA)
		return false;
	rsa = &s.signature.rsassa;
	return rsa->hash == TPM2_ALG_SHA256 && rsa->sig.size == TPM_RSA_LEN;
}

/*
 * What the message in Q must say.  NULL when it does, with the digest that it
 * has of the PCRs in RET.
 */
static const char *quote_wrong(const struct tpm_quote *q, const void *nonce,
			       size_t len, struct reason *why,
			       struct tpm_attest_field *ret)
{
	const uint32_t all = (1u << TPM_PCR_COUNT) - 1;
	struct tpm_attest a;

	if (tpm_attest_parse(q->message, q->message_len, &a, why) < 0)
		return why->text;
	if (a.extra.len != len || !equal_ct(a.extra.bytes, nonce, len))
		return "has another nonce";
	if (a.bank_count != 1 || a.banks[0].alg != TPM2_ALG_SHA256 ||
	    a.banks[0].mask != all)
		return "quotes other PCRs";
	if (a.pcr_digest.len != TPM_PCR_LEN)
		return "has a digest of another size";
	*ret = a.pcr_digest;
	return NULL;
}

/*
 * Part 3, 18.4 (TPM2_Quote): quoted, signature.  RET_DIGEST is the TPM's digest
 * of the PCRs.
 */
static int quote_once(struct tpm *t, const struct tpm_ak *ak,
		      const TPM2B_DATA *nonce, struct tpm_quote *q,
		      struct tpm_attest_field *ret_digest)
{
	static const struct tpm_command command = {
		.name = "TPM2_Quote", .auth = true,
	};
	const TPML_PCR_SELECTION all = tpm_selection((1u << TPM_PCR_COUNT) - 1);
	const TPMT_SIG_SCHEME scheme = {
		.scheme = TPM2_ALG_RSASSA,
		.details.rsassa.hashAlg = TPM2_ALG_SHA256,
	};
	struct reader params, message;
	struct reason detail = { 0 };
	const char *why;
	int r;

	r = tpm_run(t, &command,
		    Tss2_Sys_Quote_Prepare(t->sys, ak->handle, nonce, &scheme,
					   &all), NULL, &params);
	if (r < 0)
		return r;
	if (!tpm_sized(&params, &message) || message.left > TPM_ATTEST_MAX)
		return tpm_malformed(t, command.name, "has no message");
	if (!signature_good(&params))
		return tpm_malformed(t, command.name,
				     "is not signed with RSASSA and SHA-256");
	memcpy(q->message, message.p, message.left);
	q->message_len = message.left;
	memcpy(q->signature, params.p, TPM_SIGNATURE_LEN);
	why = quote_wrong(q, nonce->buffer, nonce->size, &detail,
			  ret_digest);
	return why ? tpm_malformed(t, command.name, why) : 0;
}

int tpm_quote(struct tpm *t, const struct tpm_ak *ak, const void *nonce,
	      size_t len, struct tpm_quote *ret)
{
	TPM2B_DATA data = { .size = (uint16_t)len };
	struct tpm_attest_field quoted;
	struct digest read;
	struct tpm_quote q;
	unsigned i;
	int r;

	assert(len <= TPM_NONCE_MAX);
	memcpy(data.buffer, nonce, len);
	for (i = 0; i < QUOTE_TRIES; i++) {
		r = tpm_pcrs(t, &q.pcrs);
		if (r < 0)
			return r;
		r = quote_once(t, ak, &data, &q, &quoted);
		if (r < 0)
			return r;
		r = hash(HASH_SHA256, &q.pcrs, sizeof(q.pcrs), &read);
		if (r < 0)
			return fail(r, t->device.code, "cannot hash the PCRs");
		if (!equal_ct(quoted.bytes, read.bytes, TPM_PCR_LEN))
			continue;
		*ret = q;
		return 0;
	}
	return fail(-EAGAIN, t->device.code,
		    "the PCRs are never those that the TPM quotes");
}
