/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_tdx.c - evidence of Intel TDX: a quote, and the event log behind it
 *
 * The format is that of kbs-wire.md 4.2.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "ccel.h"
#include "encode.h"
#include "init_data.h"
#include "log.h"
#include "secret.h"
#include "td_quote.h"
#include "tsm.h"

static struct digest init_data_digest;
static bool has_init_data;
static const char *debug_flaw;

static bool probe(void)
{
	return access("/sys/devices/virtual/misc/tdx_guest", F_OK) == 0 ||
	       access("/dev/tdx_guest", F_OK) == 0;
}

static const char *flaw(void)
{
	return debug_flaw;
}

/* Only the quote says what MRCONFIGID is. */
static int init_data(const struct digest *digest)
{
	init_data_digest = *digest;
	has_init_data = true;
	return 0;
}

static int make_quote(const struct digest *report_data, struct tsm_report *t,
		      struct td_quote *ret)
{
	struct tsm_request q = { .provider = "tdx_guest" };
	struct reason why;
	int r;

	/* kbs-wire.md 2.3: the digest, then zeros. */
	memcpy(q.data, report_data->bytes, hash_len(report_data->alg));
	r = tsm_report(&q, t);
	if (r < 0)
		return r;
	r = td_quote_parse(t->out.data, t->out.len, ret, &why);
	if (r < 0)
		return fail_reason(r, &why);
	if (!equal_ct(ret->report_data, q.data, sizeof(q.data)))
		return fail(-EAGAIN, CODE_NO_TEE,
			    "the TD quote answers another question");
	if (td_debug(&ret->info))
		debug_flaw = "this is a debug TD: the host can read its "
			       "memory";
	if (has_init_data)
		return init_data_compare(&init_data_digest,
					 ret->info.mrconfigid, TD_MR_LEN,
					 "MRCONFIGID");
	return 0;
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct ccel_registers registers = {
		.alg = HASH_SHA384, .count = TD_RTMR_COUNT,
	};
	struct td_quote q;
	int r;

	r = make_quote(report_data, &t, &q);
	if (r < 0)
		return r;
	registers.values = q.info.rtmr[0];
	buf_str(ret, "{\"cc_eventlog\":");
	ccel_put(&registers, ret);
	buf_str(ret, ",\"quote\":\"");
	buf_b64(ret, t.out.data, q.len, B64_STD);
	buf_str(ret, "\"}");
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

const struct attester attester_tdx = {
	.name = "tdx",
	.hash = HASH_SHA384,
	.measurer = "rtmr",
	.measurer_index = 3,
	.nominal = 3,
	.trustworthy = 3,
	.probe = probe,
	.evidence = evidence,
	.init_data = init_data,
	.flaw = flaw,
};
