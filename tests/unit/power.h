/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * power.h - a disk whose power is cut, for tests of what is left on it
 *
 * Between the n-th write and its fsync(2), a cut leaves what was synced before,
 * and of what was not some sectors of 512 bytes and others not.  The program
 * that includes this names the linker's flags:
 *
 *	-Wl,--wrap=pwrite,--wrap=fsync
 */
#ifndef POWER_H
#define POWER_H

#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "test.h"

#define POWER_SECTOR	512
#define POWER_PENDING	16384	/* writes between two fsync() */

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset);
int __wrap_fsync(int fd);
ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t offset);

static struct power {
	ino_t disk;			/* writes to other files are none of ours */
	unsigned long writes;		/* so far */
	unsigned long cut;		/* this one and all later ones fail; 0: none */
	struct {
		off_t offset;
		size_t len;
		uint8_t *old;		/* what was there */
	} pending[POWER_PENDING];
	size_t count;
} power;

static bool power_is_disk(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == power.disk;
}

static bool power_is_off(void)
{
	return power.cut && power.writes >= power.cut;
}

static inline void power_forget(void)
{
	while (power.count > 0)
		free(power.pending[--power.count].old);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t offset)
{
	if (!power_is_disk(fd))
		return __real_pwrite(fd, data, len, offset);
	power.writes++;
	assert(power.count < POWER_PENDING);
	power.pending[power.count].offset = offset;
	power.pending[power.count].len = len;
	power.pending[power.count].old = malloc(len);
	assert(power.pending[power.count].old);
	assert(pread(fd, power.pending[power.count].old, len, offset) ==
	       (ssize_t)len);
	power.count++;
	assert(__real_pwrite(fd, data, len, offset) == (ssize_t)len);
	if (!power_is_off())
		return (ssize_t)len;
	errno = EIO;
	return -1;
}

int __wrap_fsync(int fd)
{
	if (!power_is_disk(fd))
		return 0;
	if (power_is_off()) {
		errno = EIO;
		return -1;
	}
	power_forget();
	return 0;
}

/* Off at write CUT; FD is the disk. */
static inline void power_on(int fd, unsigned long cut)
{
	struct stat st;

	assert(fstat(fd, &st) == 0);
	power_forget();
	power.disk = st.st_ino;
	power.writes = 0;
	power.cut = cut;
}

/*
 * The machine is gone: of what was not synced, each sector is the new one or
 * the old one, by SEED; 0: all old, 1: all new.
 */
static inline void power_gone(int fd, unsigned seed)
{
	unsigned dice = seed;
	size_t at;

	power.cut = 0;
	while (power.count > 0) {
		off_t offset = power.pending[--power.count].offset;
		size_t len = power.pending[power.count].len;
		uint8_t *old = power.pending[power.count].old;

		for (at = 0; at < len; at += POWER_SECTOR) {
			dice = dice * 1103515245 + 12345;
			if (seed == 1 || (seed && dice >> 16 & 1))
				continue;
			assert(__real_pwrite(fd, old + at,
					     MIN(len - at, POWER_SECTOR),
					     offset + (off_t)at) > 0);
		}
		free(old);
	}
}

#endif /* POWER_H */
