/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "blockdev.h"
#include "encode.h"
#include "file.h"
#include "gpt.h"
#include "log.h"
#include "luks_header.h"

#define BLOCK_DIR	"/sys/class/block"

/* What "start" and "size" are counted in, whatever the disk's blocks are. */
#define SYSFS_SECTOR	512

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

int blockdev_unchanged(const struct blockdev *d)
{
	off_t end = lseek(d->fd, 0, SEEK_END);

	if (end >= 0 && (uint64_t)end == d->size)
		return 0;
	return fail(-EIO, CODE_DISK_MISSING, "'%s' has another size than when "
		    "its header was read", d->path);
}

/* --- by name --- */

/* What has been found so far, and what stood against a disk's table. */
struct search {
	const char *spec;
	unsigned count;
	char name[32];			/* the kernel's, of the first one */
	struct reason flaw;
};

struct path {
	char text[128];
};

/* Names are the kernel's own and shorter; a cut one is not there. */
static struct path sysfs(const char *name, const char *file)
{
	struct path p;

	(void)snprintf(p.text, sizeof(p.text), BLOCK_DIR "/%.32s/%.32s", name,
		       file);
	return p;
}

/* A number alone in a file of sysfs. */
static bool read_number(const char *name, const char *file, uint64_t *ret)
{
	cleanup_buf struct buf text = BUF(64);

	if (file_read(sysfs(name, file).text, &text) < 0 || !buf_cstr(&text))
		return false;
	text.data[strcspn(buf_cstr(&text), "\n")] = '\0';
	return parse_u64((const char *)text.data, 0, UINT64_MAX, ret) == 0;
}

static void found(struct search *s, const char *name)
{
	if (s->count++ == 0)
		(void)snprintf(s->name, sizeof(s->name), "%.31s", name);
}

/* The kernel's partition NAME is P, on the disk that its name begins with. */
static bool is_partition(const char *disk, const char *name,
			 const struct gpt_partition *p)
{
	uint64_t number, start, size;

	return strncmp(name, disk, strlen(disk)) == 0 &&
	       access(sysfs(disk, name).text, F_OK) == 0 &&
	       read_number(name, "partition", &number) && number == p->number &&
	       read_number(name, "start", &start) &&
	       start == p->start / SYSFS_SECTOR &&
	       read_number(name, "size", &size) &&
	       size == p->size / SYSFS_SECTOR;
}

/* The kernel may have read another table than we did, or none yet. */
static void find_partition(struct search *s, const char *disk,
			   const struct gpt_partition *p)
{
	DIR *dir = opendir(sysfs(disk, "").text);
	unsigned before = s->count;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (is_partition(disk, e->d_name, p))
			found(s, e->d_name);
	if (dir)
		(void)closedir(dir);
	if (s->count == before)
		(void)reason_set(&s->flaw, -ENODEV, CODE_DISK_MISSING,
				 "the kernel has no partition where the table "
				 "says that number %u is", p->number);
}

static int read_table(const struct blockdev *d, struct gpt *ret,
		      struct reason *why)
{
	uint8_t area[GPT_AREA_MAX];
	int block = 0;
	size_t len;
	int r;

	r = file_ioctl(d->fd, BLKSSZGET, &block);
	if (r < 0 || block < 512 || block > GPT_BLOCK_MAX)
		return -ENOENT;
	len = GPT_AREA_LEN((unsigned)block);
	if (file_read_at(d->fd, area, len, 0) < 0)
		return reason_set(why, -EIO, CODE_DISK_MISSING,
				  "the partition table cannot be read");
	return gpt_parse(area, len, (unsigned)block, d->size, ret, why);
}

static void search_table(struct search *s, const char *name,
			 const struct blockdev *d)
{
	cleanup_free struct gpt *table = NULL;
	struct reason why = { 0 };
	size_t i;
	int r;

	/* Partitions have no partitions. */
	if (access(sysfs(name, "partition").text, F_OK) == 0)
		return;
	table = malloc(sizeof(*table));
	r = table ? read_table(d, table, &why) : -ENOMEM;
	if (r < 0 && r != -ENOENT)
		(void)reason_set(&s->flaw, r, CODE_DISK_MISSING, "'%.32s': %.150s",
				 name, why.text);
	for (i = 0; r == 0 && i < table->count; i++)
		if (gpt_matches(&table->parts[i], s->spec))
			find_partition(s, name, &table->parts[i]);
}

/* The rest of the header is read, and all of it checked, later. */
static void search_header(struct search *s, const char *name,
			  const struct blockdev *d)
{
	uint8_t start[LUKS_BINARY_LEN];

	if (file_read_at(d->fd, start, sizeof(start), 0) == 0 &&
	    luks_header_is_called(start, s->spec + strlen("UUID=")))
		found(s, name);
}

/* Looks at NAME, a block device of the kernel. */
static void search_device(struct search *s, const char *name)
{
	cleanup_blockdev struct blockdev d = BLOCKDEV_NONE;
	uint64_t size;
	char path[64];

	if (!read_number(name, "size", &size) || size == 0 ||
	    snprintf(path, sizeof(path), "/dev/%s", name) >= (int)sizeof(path))
		return;
	if (blockdev_open_path(path, &d) < 0) {
		failure_clear();
		return;
	}
	if (strncmp(s->spec, "UUID=", 5) == 0)
		search_header(s, name, &d);
	else
		search_table(s, name, &d);
}

static void search_all(struct search *s)
{
	DIR *dir = opendir(BLOCK_DIR);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			search_device(s, e->d_name);
	if (dir)
		(void)closedir(dir);
}

int blockdev_open(const char *spec, struct blockdev *ret)
{
	struct search s = { .spec = spec };
	char path[64];

	if (spec[0] == '/')
		return blockdev_open_path(spec, ret);
	search_all(&s);
	if (s.count > 1)
		return fail(-EEXIST, CODE_DISK_AMBIGUOUS,
			    "%u devices answer to '%s'", s.count, spec);
	if (s.count == 0 && s.flaw.code)
		return fail(-ENODEV, CODE_DISK_MISSING, "cannot use '%s': %.180s",
			    spec, s.flaw.text);
	if (s.count == 0)
		return missing(-ENODEV, spec);
	(void)snprintf(path, sizeof(path), "/dev/%s", s.name);
	return blockdev_open_path(path, ret);
}
