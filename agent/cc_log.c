/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cc_log.h"
#include "eventlog.h"
#include "file.h"
#include "limits.h"

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
