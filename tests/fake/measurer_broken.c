/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A register (register = broken:<n>) whose n-th extend fails, counted from 0:
 * what is opened by then must be closed again.
 */
#include "log.h"
#include "measurer.h"

static bool probe(unsigned index)
{
	(void)index;
	return true;
}

static int extend(unsigned index, const void *event, size_t len,
		  struct digest ret[static MEASURER_BANKS_MAX],
		  size_t *ret_count)
{
	static unsigned calls;
	int r;

	if (calls++ == index)
		return fail(-EIO, CODE_MEASURE, "the register is broken on purpose");
	r = hash(HASH_SHA256, event, len, &ret[0]);
	if (r < 0)
		return r;
	*ret_count = 1;
	return 0;
}

const struct measurer measurer_broken = {
	.name = "broken",
	.probe = probe,
	.allowed = probe,
	.extend = extend,
};
