/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.h - the few macros that every file uses
 *
 * Cleanup attributes free what a function owns on each of its exits; the
 * owner gives a resource away with the steal_ and _move functions.
 */
#ifndef UTIL_H
#define UTIL_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	((a) < (b) ? (a) : (b))

#define must_check	__attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))

#define cleanup(f)	__attribute__((cleanup(f)))
#define cleanup_fd	cleanup(close_fd)
#define cleanup_free	cleanup(free_ptr)

static inline void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void free_ptr(void *p)
{
	free(*(void **)p);
}

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline bool all_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

/* errno of the call that just failed, as a negative number, never 0. */
static inline int neg_errno(void)
{
	return errno > 0 ? -errno : -EIO;
}

#endif /* UTIL_H */
