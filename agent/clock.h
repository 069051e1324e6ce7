/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - time that nobody sets: for limits and pauses, not for dates
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

#include "util.h"

/* Milliseconds since the machine started, sleep included. */
static inline int64_t clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void clock_pause(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

#endif /* CLOCK_H */
