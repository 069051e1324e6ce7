/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of registers whose log is that of CoCo's agent. */
#include "buf.h"
#include "eventlog.h"
#include "log.h"
#include "measurer.h"

#define EVENT_MAX	1024

int measurer_event_digest(enum hash alg, const void *event, size_t len,
			  struct digest *ret)
{
	cleanup_buf struct buf data = BUF(EVENT_MAX);
	int r;

	eventlog_put_data(&data, event, len);
	r = buf_error(&data);
	if (r == 0)
		r = hash(alg, data.data, data.len, ret);
	return r < 0 ? fail(r, CODE_MEASURE, "cannot hash an event") : 0;
}

void measurer_event_record(uint32_t mr, const void *event, size_t len,
			   const struct digest *digest, struct buf *ret)
{
	cleanup_buf struct buf data = BUF(EVENT_MAX);

	eventlog_put_data(&data, event, len);
	/* It fitted when the digest was made of the same. */
	assert(buf_error(&data) == 0);
	eventlog_put_event(ret, mr, digest, data.data, data.len);
}
