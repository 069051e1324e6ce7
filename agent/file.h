/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - small files, whole
 *
 * For configuration, sysfs and what goes below /run.  The writers copy nothing,
 * so that a secret may be written where a file has to hold it.
 */
#ifndef FILE_H
#define FILE_H

#include "buf.h"

struct secret;

/*
 * Appends the content of PATH to RET, up to its limit; -EMSGSIZE above it.
 * st_size is not believed, since sysfs and procfs lie.
 */
int file_read(const char *path, struct buf *ret) must_check;

/* The content with a NUL, at most 64 KiB; *RET must be empty. */
int file_read_secret(const char *path, struct secret *ret) must_check;

/* LEN bytes exactly, at OFFSET of FD; -EBADMSG at an early end. */
int file_read_at(int fd, void *out, size_t len, uint64_t offset) must_check;

/* LEN bytes exactly, at OFFSET of FD. */
int file_write_at(int fd, const void *data, size_t len,
		  uint64_t offset) must_check;

/* LEN zeros, likewise. */
int file_zero_at(int fd, uint64_t len, uint64_t offset) must_check;

/* What was written to FD survives a power cut when this returns 0. */
int file_sync(int fd) must_check;

/* All of DATA; for pipes and regular files. */
int file_write_fd(int fd, const void *data, size_t len) must_check;

/* ioctl(2) with a pointer, whose number the C libraries type differently. */
int file_ioctl(int fd, unsigned number, void *argument) must_check;

/* mkdir -p with mode 0755. */
int file_mkdirs(const char *path) must_check;

/*
 * Makes PATH anew with MODE, owned by root and GROUP (0: root): written beside
 * it and renamed, so that no reader sees a part of it.
 */
int file_write(const char *path, const void *data, size_t len, unsigned mode,
	       unsigned group) must_check;

#endif /* FILE_H */
