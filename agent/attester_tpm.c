/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_tpm.c - evidence of a plain TPM 2.0: a quote of all PCRs
 *
 * The format is that of kbs-wire.md 4.5.  /dev/tpm0 without a resource manager
 * has one user at a time, so finish() comes before anything is measured.
 */
#include "attester.h"
#include "buf.h"
#include "encode.h"
#include "init_data.h"
#include "log.h"
#include "tpm.h"

/* kbs-wire.md 2.3: TPM evidence carries the first 32 bytes of the digest. */
#define NONCE_LEN	32

/* An SPKI of RSA 2048 is 294 bytes (RFC 8017 A.1.1, RFC 5280 4.1). */
#define SPKI_MAX	512

static struct tpm *tpm;
static struct tpm_ak ak;
static bool ak_made;

static const char *remark(void)
{
	return ak_made ? "the AK was made for this boot" : NULL;
}

static int find_or_make(struct tpm *t, struct tpm_ak *ret, bool *ret_made)
{
	int r;

	r = tpm_ak_find(t, TPM_AK_HANDLE, ret);
	if (r == 0) {
		*ret_made = false;
		return 0;
	}
	if (r != -ENOENT && r != -ENOTSUP)
		return r;
	if (r == -ENOTSUP)
		log_warn("%s", failure()->text);
	failure_clear();
	r = tpm_ak_make(t, ret);
	if (r < 0)
		return r;
	log_info("no AK at 0x%08x, made one for this boot", TPM_AK_HANDLE);
	*ret_made = true;
	return 0;
}

static int prepare(void)
{
	cleanup_tpm struct tpm *t = NULL;
	int r;

	if (tpm)
		return 0;
	r = tpm_open(NULL, CODE_NO_TEE, &t);
	if (r < 0)
		return r;
	r = find_or_make(t, &ak, &ak_made);
	if (r < 0)
		return r;
	tpm = t;
	t = NULL;
	return 0;
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	cleanup_buf struct buf spki = BUF(SPKI_MAX);
	struct tpm_quote q;
	int r;

	assert(hash_len(report_data->alg) >= NONCE_LEN);
	/* It is open, unless it was busy when that was tried first. */
	r = prepare();
	if (r < 0)
		return r;
	r = rsa_spki(ak.modulus, sizeof(ak.modulus), ak.exponent, &spki);
	if (r < 0)
		return fail(r, CODE_NO_TEE, "cannot encode the AK");
	r = tpm_quote(tpm, &ak, report_data->bytes, NONCE_LEN, &q);
	if (r < 0)
		return r;
	buf_str(ret, "{\"tpm_quote\":{\"signature\":\"");
	buf_b64(ret, q.signature, sizeof(q.signature), B64_STD);
	buf_str(ret, "\",\"message\":\"");
	buf_b64(ret, q.message, q.message_len, B64_STD);
	buf_str(ret, "\",\"pcrs\":");
	tpm_pcrs_json(&q.pcrs, ret);
	buf_str(ret, "},\"ak_public\":\"");
	buf_b64(ret, spki.data, spki.len, B64_STD);
	buf_str(ret, "\"}");
	r = buf_error(ret);
	if (r < 0)
		return fail(r, CODE_NO_TEE, "the evidence does not fit");
	return 0;
}

static int init_data(const struct digest *digest)
{
	int r = prepare();

	return r < 0 ? r : init_data_pcr(digest, tpm, "tpm");
}

static void finish(void)
{
	tpm_close(tpm);
	tpm = NULL;
}

const struct attester attester_tpm = {
	.name = "tpm",
	.hash = HASH_SHA384,
	.measurer = "pcr",
	.measurer_index = 15,
	.nominal = 3,
	.trustworthy = 0,
	.level_reason = "the TPM is not inside a TEE: whoever runs the host can "
			"be its author",
	.probe = tpm_present,
	.prepare = prepare,
	.evidence = evidence,
	.init_data = init_data,
	.remark = remark,
	.finish = finish,
};
