/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cc_log.h"
#include "encode.h"
#include "eventlog.h"
#include "file.h"
#include "limits.h"
#include "log.h"
#include "secret.h"

#define CCEL	"/sys/firmware/acpi/tables/data/CCEL"

int cc_log_read(struct buf *ret, struct reason *why)
{
	cleanup_buf struct buf ccel = BUF(EVENTLOG_MAX);
	cleanup_buf struct buf own = BUF(EVENTLOG_MAX);
	struct eventlog log;
	int r;

	r = file_read(EVENTLOG_OWN, &own);
	if (r < 0 && r != -ENOENT)
		return reason_set(why, r, CODE_NO_TEE, "cannot read '%s': %s",
				  EVENTLOG_OWN, strerror(-r));
	r = file_read(CCEL, &ccel);
	if (r == -ENOENT && own.len == 0)
		return 1;
	if (r < 0 && r != -ENOENT)
		return reason_set(why, r, CODE_NO_TEE, "cannot read '%s': %s",
				  CCEL, strerror(-r));
	if (r == -ENOENT) {
		eventlog_put_header(ret);
	} else {
		r = eventlog_parse(ccel.data, ccel.len, &log, why);
		if (r < 0)
			return r;
		buf_add(ret, ccel.data, log.len);
	}
	buf_add(ret, own.data, own.len);
	eventlog_put_end(ret);
	r = buf_error(ret);
	return r < 0 ? reason_set(why, r, CODE_NO_TEE,
				  "the event log is too long") : 0;
}

/* kbs-wire.md 4.2, 4.9: all registers, those without events as well. */
static int replay(const struct buf *bytes, const struct cc_registers *regs,
		  struct reason *why)
{
	size_t len = hash_len(regs->alg);
	struct eventlog log;
	struct digest mr;
	uint32_t i;
	int r;

	r = eventlog_parse(bytes->data, bytes->len, &log, why);
	if (r < 0)
		return r;
	for (i = 0; i < regs->count; i++) {
		r = eventlog_replay(&log, i + 1, regs->alg, &mr);
		if (r < 0)
			return reason_set(why, r, CODE_NO_TEE,
					  "cannot replay the event log");
		if (!equal_ct(mr.bytes, regs->values + i * len, len))
			return reason_set(why, -EBADMSG, CODE_NO_TEE,
					  "RTMR%u differs from what the event "
					  "log replays to", regs->first + i);
	}
	return 0;
}

void cc_log_put(const struct cc_registers *registers, struct buf *ret)
{
	cleanup_buf struct buf log = BUF(EVENTLOG_MAX);
	struct reason why;
	int r = cc_log_read(&log, &why);

	if (r > 0)
		log_info("there is no event log to send");
	if (r == 0)
		r = replay(&log, registers, &why);
	if (r < 0)
		log_warn("no event log is sent: %s", why.text);
	if (r != 0) {
		buf_str(ret, "null");
		return;
	}
	buf_str(ret, "\"");
	buf_b64(ret, log.data, log.len, B64_STD);
	buf_str(ret, "\"");
}
