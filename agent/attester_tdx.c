/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_tdx.c - evidence of Intel TDX: a quote, and the event log behind it
 *
 * The format is that of kbs-wire.md 4.2.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "cc_log.h"
#include "encode.h"
#include "log.h"
#include "td_quote.h"
#include "tee_report.h"
#include "tsm.h"

static bool probe(void)
{
	return access("/sys/devices/virtual/misc/tdx_guest", F_OK) == 0 ||
	       access("/dev/tdx_guest", F_OK) == 0;
}

static int check_quote(const struct td_quote *q, const uint8_t *data)
{
	const struct tee_report t = {
		.name = "the TD quote",
		.data = q->report_data,
		.flaw = td_debug(&q->info) ? "this is a debug TD: the host can "
			"read its memory" : NULL,
		.field = q->info.mrconfigid,
		.field_len = TD_MR_LEN,
		.field_name = "MRCONFIGID",
	};

	return tee_report_check(&t, data);
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
	return check_quote(ret, q.data);
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct cc_registers registers = {
		.alg = HASH_SHA384, .count = TD_RTMR_COUNT,
	};
	struct td_quote q;
	int r;

	r = make_quote(report_data, &t, &q);
	if (r < 0)
		return r;
	registers.values = q.info.rtmr[0];
	buf_str(ret, "{\"cc_eventlog\":");
	cc_log_put(&registers, ret);
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
	.init_data = tee_report_init_data,
	.flaw = tee_report_flaw,
};
