/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ioctl_fake.h - ioctl(2) goes to driver(), which the test defines
 *
 * The program needs --wrap=ioctl.  Like the call it takes the place of,
 * driver() returns -1 with errno, or 0.
 */
#ifndef IOCTL_FAKE_H
#define IOCTL_FAKE_H

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

static int driver(unsigned number, void *argument);

#ifdef __GLIBC__
#define IOCTL_NUMBER	unsigned long
#else
#define IOCTL_NUMBER	int
#endif

int __wrap_ioctl(int fd, IOCTL_NUMBER number, ...);

int __wrap_ioctl(int fd, IOCTL_NUMBER number, ...)
{
	va_list ap;
	void *p;

	(void)fd;
	va_start(ap, number);
	p = va_arg(ap, void *);
	va_end(ap);
	return driver((unsigned)number, p);
}

/* Numbers of a driver are in the machine's order, whichever runs the test. */
static inline uint16_t ioctl_u16(const uint8_t *p)
{
	uint16_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint32_t ioctl_u32(const uint8_t *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint64_t ioctl_u64(const uint8_t *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint8_t *ioctl_pointer(const uint8_t *p)
{
	return (uint8_t *)(uintptr_t)ioctl_u64(p);
}

#endif /* IOCTL_FAKE_H */
