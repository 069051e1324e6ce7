/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measurer_csv.c - events in register 4 of Hygon CSV3
 *
 * Register 3 could be extended too, but holds what booted (tee-abi.md 2.4); 4
 * is where CoCo's agent puts its events (kbs-wire.md 5.2).
 */
#include "buf.h"
#include "csv_guest.h"
#include "eventlog.h"
#include "log.h"
#include "measurer.h"

#define RTMR_ALLOWED	4

static bool allowed(unsigned index)
{
	return index == RTMR_ALLOWED;
}

static bool probe(unsigned index)
{
	struct digest value;
	bool found = allowed(index) && csv_guest_has_rtmr(CSV_GUEST_DEVICE) &&
		     csv_guest_rtmr_read(CSV_GUEST_DEVICE, index, &value) == 0;

	failure_clear();
	return found;
}

static int extend(unsigned index, const void *event, size_t len,
		  struct digest ret[static MEASURER_BANKS_MAX],
		  size_t *ret_count)
{
	struct digest d;
	int r;

	assert(allowed(index));
	r = measurer_event_digest(HASH_SM3, event, len, &d);
	if (r == 0)
		r = csv_guest_rtmr_extend(CSV_GUEST_DEVICE, index, &d);
	if (r < 0)
		return r;
	ret[0] = d;
	*ret_count = 1;
	return 0;
}

static void record(unsigned index, const void *event, size_t len,
		   const struct digest *digests, struct buf *ret)
{
	assert(digests[0].alg == HASH_SM3);
	measurer_event_record(index, event, len, &digests[0], ret);
}

const struct measurer measurer_csv = {
	.name = "csv",
	.probe = probe,
	.allowed = allowed,
	.extend = extend,
	.log_dir = EVENTLOG_OWN_DIR,
	.log = EVENTLOG_OWN,
	.record = record,
};
