/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "blockdev.h"
#include "file.h"
#include "log.h"

#define BLOCK_DIR	"/sys/class/block"

void blockdev_close(struct blockdev *d)
{
	close_fd(&d->fd);
}

static int missing(int r, const char *spec)
{
	return fail(r, CODE_DISK_MISSING, "cannot use '%s': %s", spec,
		    strerror(-r));
}

int blockdev_open_path(const char *path, struct blockdev *ret)
{
	struct blockdev d = BLOCKDEV_NONE;
	struct stat st;
	off_t end;
	int r;

	if (strlen(path) >= sizeof(d.path))
		return missing(-ENAMETOOLONG, path);
	memcpy(d.path, path, strlen(path) + 1);
	d.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (d.fd < 0)
		return missing(neg_errno(), path);
	if (fstat(d.fd, &st) < 0) {
		r = neg_errno();
	} else if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode)) {
		r = -ENOTBLK;
	} else {
		/* st_size of a block device is 0. */
		end = lseek(d.fd, 0, SEEK_END);
		d.number = st.st_rdev;
		d.size = (uint64_t)end;
		r = end < 0 ? neg_errno() : 0;
	}
	if (r < 0) {
		blockdev_close(&d);
		return missing(r, path);
	}
	*ret = d;
	return 0;
}

/* True when the kernel calls block device NAME so: KEY is "PARTNAME=..." */
static bool is_called(const char *name, const char *key)
{
	char path[sizeof(BLOCK_DIR) + NAME_MAX + 16];
	cleanup_buf struct buf text = BUF(8192);
	size_t key_len = strlen(key);
	const char *line;

	(void)snprintf(path, sizeof(path), BLOCK_DIR "/%s/uevent", name);
	if (file_read(path, &text) < 0 || !buf_cstr(&text))
		return false;
	for (line = buf_cstr(&text); line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) == 0 &&
		    (line[key_len] == '\n' || line[key_len] == '\0'))
			return true;
	}
	return false;
}

/* The number of partitions with that name; the first one's to OUT. */
static unsigned find_all(const char *key, char *out, size_t size)
{
	DIR *dir = opendir(BLOCK_DIR);
	unsigned count = 0;
	struct dirent *e;

	if (!dir)
		return 0;
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' || !is_called(e->d_name, key))
			continue;
		if (count++ == 0 &&
		    snprintf(out, size, "/dev/%s", e->d_name) >= (int)size)
			count = 0;
	}
	(void)closedir(dir);
	return count;
}

int blockdev_open(const char *spec, struct blockdev *ret)
{
	char path[64], key[64];
	unsigned count;

	if (strncmp(spec, "PARTLABEL=", 10) == 0)
		(void)snprintf(key, sizeof(key), "PARTNAME=%s", spec + 10);
	else if (strncmp(spec, "PARTUUID=", 9) == 0)
		(void)snprintf(key, sizeof(key), "%s", spec);
	else
		return blockdev_open_path(spec, ret);

	count = find_all(key, path, sizeof(path));
	if (count > 1)
		return fail(-EEXIST, CODE_DISK_AMBIGUOUS,
			    "%u devices answer to '%s'", count, spec);
	if (count == 0)
		return missing(-ENODEV, spec);
	return blockdev_open_path(path, ret);
}
