/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "file.h"
#include "secret.h"

#define SECRET_FILE_MAX	(64 * 1024)

/*
 * No signal that we handle is for nothing, but files of sysfs are drivers, and
 * one may say EINTR for a reason of its own, each time.
 */
#define INTERRUPTS_MAX	16

int file_read(const char *path, struct buf *ret)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned interrupts = 0;
	uint8_t part[4096];

	if (fd < 0)
		return neg_errno();
	for (;;) {
		ssize_t n = read(fd, part, sizeof(part));

		if (n < 0 && errno == EINTR && interrupts++ < INTERRUPTS_MAX)
			continue;
		if (n < 0)
			return neg_errno();
		if (n == 0)
			return buf_error(ret);
		buf_add(ret, part, (size_t)n);
		if (buf_error(ret) < 0)
			return buf_error(ret);
	}
}

int file_read_secret(const char *path, struct secret *ret)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup_secret struct secret s = { 0 };
	size_t len = 0;
	ssize_t n;
	int r;

	if (fd < 0)
		return neg_errno();
	r = secret_alloc(&s, SECRET_FILE_MAX + 1);
	if (r < 0)
		return r;
	while ((n = read(fd, s.data + len, s.len - len)) != 0) {
		if (n < 0 && errno != EINTR)
			return neg_errno();
		len += n > 0 ? (size_t)n : 0;
		if (len == s.len)
			return -EMSGSIZE;
	}
	/* One zero byte behind the content is the NUL. */
	secret_shrink(&s, len + 1);
	secret_move(ret, &s);
	return 0;
}

int file_read_at(int fd, void *out, size_t len, uint64_t offset)
{
	uint8_t *p = out;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return neg_errno();
		if (n == 0)
			return -EBADMSG;
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write_at(int fd, const void *data, size_t len, uint64_t offset)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return neg_errno();
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int file_zero_at(int fd, uint64_t len, uint64_t offset)
{
	/* Not const, or they would be in the program's file. */
	static uint8_t zeros[64 * 1024];
	int r = 0;

	while (len > 0 && r == 0) {
		size_t n = (size_t)MIN(len, sizeof(zeros));

		r = file_write_at(fd, zeros, n, offset);
		offset += n;
		len -= n;
	}
	return r;
}

int file_sync(int fd)
{
	return fsync(fd) < 0 ? neg_errno() : 0;
}

int file_write_fd(int fd, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return neg_errno();
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_ioctl(int fd, unsigned number, void *argument)
{
#ifdef __GLIBC__
	return ioctl(fd, number, argument) < 0 ? neg_errno() : 0;
#else
	return ioctl(fd, (int)number, argument) < 0 ? neg_errno() : 0;
#endif
}

int file_mkdirs(const char *path)
{
	char part[256];
	size_t len = strlen(path), i;

	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, path, len + 1);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		/* Others read below /run; our umask is 077. */
		if (mkdir(part, 0755) == 0) {
			if (chmod(part, 0755) < 0)
				return neg_errno();
		} else if (errno != EEXIST) {
			return neg_errno();
		}
		part[i] = path[i];
	}
	return 0;
}

int file_write(const char *path, const void *data, size_t len, unsigned mode,
	       unsigned group)
{
	cleanup_fd int fd = -1;
	char temporary[512];
	int r;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	(void)unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		  O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		return neg_errno();
	r = file_write_fd(fd, data, len);
	if (r == 0 && (fchown(fd, 0, group) < 0 || fchmod(fd, mode) < 0 ||
		       rename(temporary, path) < 0))
		r = neg_errno();
	if (r < 0)
		(void)unlink(temporary);
	return r;
}
