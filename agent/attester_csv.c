/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_csv.c - evidence of Hygon CSV: a report, and the log behind it
 *
 * The format is that of kbs-wire.md 4.9.  Trustee gets the certificates above
 * the PEK by the serial number, and does not check init-data.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "cc_log.h"
#include "csv_guest.h"
#include "log.h"

static const char *debug_flaw;

static bool probe(void)
{
	return access(CSV_GUEST_DEVICE, F_OK) == 0;
}

static const char *flaw(void)
{
	return debug_flaw;
}

static int ask(const uint8_t *user_data, bool extended, struct csv_report *ret)
{
	uint8_t page[CSV_REPORT_LEN], mnonce[CSV_MNONCE_LEN];
	struct reason why;
	int r;

	r = random_bytes(mnonce, sizeof(mnonce));
	if (r < 0)
		return fail(r, CODE_ENTROPY, "no random numbers for a request");
	r = csv_guest_report(CSV_GUEST_DEVICE, user_data, mnonce, extended, page);
	if (r < 0)
		return r;
	r = csv_report_parse(page, extended, ret, &why);
	if (r == 0)
		r = csv_report_check(ret, user_data, mnonce, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

/* Firmware with registers need not know the form that has them. */
static int get_report(const uint8_t *user_data, struct csv_report *ret)
{
	int r;

	if (!csv_guest_has_rtmr(CSV_GUEST_DEVICE))
		return ask(user_data, false, ret);
	r = ask(user_data, true, ret);
	if (r == 0 || r == -EAGAIN)
		return r;
	log_warn("there is a plain report at best: %s", failure()->text);
	failure_clear();
	return ask(user_data, false, ret);
}

static void put_log(const struct csv_report *s, struct buf *ret)
{
	/* The first register is the launch measurement, not in the log. */
	const struct cc_registers registers = {
		.alg = HASH_SM3, .count = CSV_RTMR_COUNT - 1, .first = 1,
		.values = s->rtmr[1],
	};

	if (s->extended) {
		cc_log_put(&registers, ret);
		return;
	}
	log_info("no event log is sent: the report has no registers");
	buf_str(ret, "null");
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	uint8_t user_data[CSV_USER_DATA_LEN] = { 0 };
	struct csv_report s;
	int r;

	/* kbs-wire.md 2.3: the digest, then zeros. */
	memcpy(user_data, report_data->bytes, hash_len(report_data->alg));
	r = get_report(user_data, &s);
	if (r < 0)
		return r;
	if (csv_debug(&s))
		debug_flaw = "the policy allows debugging: the host can read "
			     "the memory";
	buf_str(ret, "{");
	csv_report_json(&s, ret);
	buf_str(ret, ",\"cc_eventlog\":");
	put_log(&s, ret);
	buf_str(ret, "}");
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

const struct attester attester_csv = {
	.name = "csv",
	.hash = HASH_SHA384,
	.measurer = "csv",
	.measurer_index = 4,
	.nominal = 3,
	.trustworthy = 2,
	.level_reason = "the launch measurement need not hold the kernel, and "
			"only CSV3 of newer firmware has registers that do",
	.probe = probe,
	.evidence = evidence,
	.flaw = flaw,
};
