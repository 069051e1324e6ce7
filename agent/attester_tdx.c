/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_tdx.c - evidence of Intel TDX: a quote, and the event log behind it
 *
 * The format is that of kbs-wire.md 4.2.  Trustee refuses evidence whose log
 * does not replay, but takes evidence without one; so a log that does not
 * replay here is left out, and the line in our log says why.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "cc_log.h"
#include "encode.h"
#include "eventlog.h"
#include "log.h"
#include "secret.h"
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

/* kbs-wire.md 4.2: all four registers, those without events as well. */
static int replay(const struct buf *bytes, const struct td_info *info,
		  struct reason *why)
{
	struct eventlog log;
	struct digest mr;
	uint32_t i;
	int r;

	r = eventlog_parse(bytes->data, bytes->len, &log, why);
	if (r < 0)
		return r;
	for (i = 0; i < TD_RTMR_COUNT; i++) {
		r = eventlog_replay(&log, i + 1, HASH_SHA384, &mr);
		if (r < 0)
			return reason_set(why, r, CODE_NO_TEE,
					  "cannot replay the event log");
		if (!equal_ct(mr.bytes, info->rtmr[i], TD_MR_LEN))
			return reason_set(why, -EBADMSG, CODE_NO_TEE,
					  "RTMR%u differs from what the event "
					  "log replays to", i);
	}
	return 0;
}

/* Empties RET when there is no log that could be sent. */
static void make_log(const struct td_info *info, struct buf *ret)
{
	struct reason why;
	int r = cc_log_read(ret, &why);

	if (r > 0)
		log_info("there is no event log to send");
	if (r == 0)
		r = replay(ret, info, &why);
	if (r < 0)
		log_warn("no event log is sent: %s", why.text);
	if (r != 0)
		buf_reset(ret);
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	cleanup_buf struct buf log = BUF(EVENTLOG_MAX);
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct td_quote q;
	int r;

	r = make_quote(report_data, &t, &q);
	if (r < 0)
		return r;
	make_log(&q.info, &log);
	buf_str(ret, "{\"cc_eventlog\":");
	if (log.len > 0) {
		buf_str(ret, "\"");
		buf_b64(ret, log.data, log.len, B64_STD);
		buf_str(ret, "\"");
	} else {
		buf_str(ret, "null");
	}
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
