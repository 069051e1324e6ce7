/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measurer_rtmr.c - events in RTMR3 of TDX
 *
 * RTMR0 to RTMR2 hold what booted: to extend them would spoil the comparison
 * with reference values (tee-abi.md 2.4).
 */
#include "eventlog.h"
#include "measurer.h"
#include "rtmr.h"

#define RTMR_ALLOWED	3

static bool allowed(unsigned index)
{
	return index == RTMR_ALLOWED;
}

static bool probe(unsigned index)
{
	return allowed(index) && rtmr_present(&rtmr_paths, index);
}

static int extend(unsigned index, const void *event, size_t len,
		  struct digest ret[static MEASURER_BANKS_MAX],
		  size_t *ret_count)
{
	struct digest d;
	int r;

	assert(allowed(index));
	r = measurer_event_digest(HASH_SHA384, event, len, &d);
	if (r == 0)
		r = rtmr_extend(&rtmr_paths, index, &d);
	if (r < 0)
		return r;
	ret[0] = d;
	*ret_count = 1;
	return 0;
}

/* The log counts the launch measurement as 0, so that RTMR3 is 4. */
static void record(unsigned index, const void *event, size_t len,
		   const struct digest *digests, struct buf *ret)
{
	assert(digests[0].alg == HASH_SHA384);
	measurer_event_record(index + 1, event, len, &digests[0], ret);
}

const struct measurer measurer_rtmr = {
	.name = "rtmr",
	.probe = probe,
	.allowed = allowed,
	.extend = extend,
	.log_dir = EVENTLOG_OWN_DIR,
	.log = EVENTLOG_OWN,
	.record = record,
};
