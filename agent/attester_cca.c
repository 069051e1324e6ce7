/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_cca.c - evidence of an Arm CCA realm: its token
 *
 * The kernel passes report data of 64 bytes on as the challenge; the digest is
 * padded with zeros (kbs-wire.md 2.3, 4.4).  What does not answer it, or does
 * not hang together, is not sent: there the RMM or what lies between is wrong.
 * The RMM makes one token at a time, and so do we: there is one thread.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "cca_token.h"
#include "init_data.h"
#include "log.h"
#include "tsm.h"

#define PROVIDER	"arm_cca_guest"

/* What the personalization value has to be; it is in the token only. */
static struct digest personalization;
static bool personalized;

static bool probe(void)
{
	/* The kernel makes it when the RMM answers (tee-abi.md 1.5, 5). */
	return access("/sys/devices/platform/arm-cca-dev", F_OK) == 0;
}

static int read_token(const uint8_t data[static TSM_DATA_LEN],
		      struct tsm_report *ret, struct cca_token *ret_token)
{
	struct tsm_request q = { .provider = PROVIDER };
	struct reason why = { 0 };
	int r;

	memcpy(q.data, data, TSM_DATA_LEN);
	r = tsm_report(&q, ret);
	if (r < 0)
		return r;
	r = cca_token_parse(ret->out.data, ret->out.len, ret_token, &why);
	if (r == 0)
		r = cca_token_check(ret_token, data, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	cleanup_tsm struct tsm_report report = TSM_REPORT;
	uint8_t data[TSM_DATA_LEN] = { 0 };
	struct cca_token token;
	int r;

	assert(hash_len(report_data->alg) <= sizeof(data));
	memcpy(data, report_data->bytes, hash_len(report_data->alg));
	r = read_token(data, &report, &token);
	if (r == 0 && personalized)
		r = init_data_compare(&personalization,
				      token.realm.personalization,
				      CCA_PERSONALIZATION_LEN,
				      "the realm's personalization value");
	if (r < 0)
		return r;
	cca_token_evidence(report.out.data, report.out.len, ret);
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

/* kbs-wire.md 6: the whole value, without padding. */
static int init_data(const struct digest *digest)
{
	int r = init_data_require(digest, HASH_SHA512, "cca");

	if (r < 0)
		return r;
	personalization = *digest;
	personalized = true;
	return 0;
}

const struct attester attester_cca = {
	.name = "cca",
	.hash = HASH_SHA384,
	/* Linux cannot extend a REM yet (tee-abi.md 2.3). */
	.measurer = NULL,
	.nominal = 3,
	.trustworthy = 2,
	.level_reason = "the realm's initial measurement need not hold the "
			"kernel, and no measurement can be extended",
	.probe = probe,
	.evidence = evidence,
	.init_data = init_data,
};
