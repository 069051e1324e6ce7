/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "clock.h"
#include "crypto.h"
#include "encode.h"
#include "file.h"
#include "final.h"
#include "log.h"
#include "provision.h"
#include "secret.h"

#define SECTOR_LEN	512
#define MARK		"postern unfinished volume v1"
#define MARK_KEY_LEN	32

/* The superblock that btrfs has a second time. */
#define BTRFS_OFFSET	(UINT64_C(64) * 1024 * 1024)
#define BTRFS_LEN	(64 * 1024)

/* What waits for the medium at once, when a mapping is filled. */
#define FLUSH_LEN	(64 * 1024 * 1024)
#define MIB		(1024 * 1024)
#define PAGE_LEN	4096

static volatile sig_atomic_t end_asked;

static int cannot_write(int r, const char *what)
{
	return fail(-EIO, CODE_PROVISION, "cannot write %s: %s", what,
		    strerror(-r));
}

/* The sector that says: this is being made, by one who has the key. */
static int make_mark(const char *uuid, const struct secret *key,
		     uint8_t ret[static SECTOR_LEN])
{
	struct buf b = BUF_OVER(ret, SECTOR_LEN);
	cleanup_secret struct secret mac_key = { 0 };
	struct digest mac;
	int r;

	memset(ret, 0, SECTOR_LEN);
	r = hkdf(key, uuid, MARK, MARK_KEY_LEN, &mac_key);
	if (r < 0)
		return r;
	buf_printf(&b, MARK "\n%s\n", uuid);
	r = hmac(HASH_SHA256, &mac_key, b.data, b.len, &mac);
	if (r < 0)
		return r;
	buf_hex(&b, mac.bytes, hash_len(HASH_SHA256));
	buf_str(&b, "\n");
	return buf_error(&b);
}

/* True when the LEN bytes at OFFSET, cut to the device, are zero. */
static int is_zero(const struct blockdev *d, uint64_t offset, uint64_t len,
		   bool *ret)
{
	static uint8_t part[64 * 1024];
	uint64_t end = MIN(offset + len, d->size);
	size_t n, i;
	int r;

	for (; offset < end && *ret; offset += n) {
		n = (size_t)MIN(end - offset, sizeof(part));
		r = file_read_at(d->fd, part, n, offset);
		if (r < 0)
			return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': "
				    "%s", d->path, strerror(-r));
		for (i = 0; i < n && part[i] == 0; i++)
			;
		*ret = i == n;
	}
	return 0;
}

static uint64_t tail_offset(uint64_t size)
{
	return size > PROVISION_TAIL_LEN ? size - PROVISION_TAIL_LEN : 0;
}

static int is_marked(const struct blockdev *d, const char *uuid,
		     const struct secret *key, bool *ret)
{
	uint8_t want[SECTOR_LEN], found[SECTOR_LEN];
	int r;

	r = make_mark(uuid, key, want);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make a MAC");
	r = file_read_at(d->fd, found, sizeof(found), 0);
	if (r < 0)
		return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': %s",
			    d->path, strerror(-r));
	*ret = equal_ct(want, found, sizeof(want));
	return 0;
}

int provision_state(const struct blockdev *d, const char *uuid,
		    const struct secret *key, enum provision_state *ret)
{
	bool blank = true, marked = false;
	int r = 0;

	if (key)
		r = is_marked(d, uuid, key, &marked);
	if (r == 0)
		r = is_zero(d, 0, PROVISION_HEAD_LEN, &blank);
	if (r == 0)
		r = is_zero(d, BTRFS_OFFSET, BTRFS_LEN, &blank);
	if (r == 0)
		r = is_zero(d, tail_offset(d->size), PROVISION_TAIL_LEN, &blank);
	if (r < 0)
		return r;
	*ret = marked ? DEVICE_UNFINISHED : blank ? DEVICE_BLANK : DEVICE_USED;
	return 0;
}

int provision_open(const struct blockdev *d, bool alone, int *ret)
{
	/* O_EXCL without O_CREAT is for block devices: open(2). */
	cleanup_fd int fd = open(d->path, O_RDWR | O_CLOEXEC | O_NOCTTY |
				 O_NONBLOCK | (alone ? O_EXCL : 0));
	struct stat a, b;

	if (fd < 0 && errno == EBUSY)
		return fail(-EBUSY, CODE_PROVISION, "'%s' is in use: mounted, "
			    "mapped or part of another device", d->path);
	if (fd < 0)
		return fail(neg_errno(), CODE_PROVISION, "cannot write to '%s': "
			    "%s", d->path, strerror(errno));
	if (fstat(fd, &a) < 0 || fstat(d->fd, &b) < 0 || a.st_dev != b.st_dev ||
	    a.st_ino != b.st_ino || a.st_rdev != b.st_rdev)
		return fail(-ENODEV, CODE_PROVISION, "'%s' is another device by "
			    "now", d->path);
	*ret = steal_fd(&fd);
	return 0;
}

int provision_mark(int fd, const char *uuid, const struct secret *key)
{
	uint8_t mark[SECTOR_LEN];
	int r;

	r = make_mark(uuid, key, mark);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make a MAC");
	r = file_write_at(fd, mark, sizeof(mark), 0);
	if (r == 0)
		r = file_sync(fd);
	return r < 0 ? cannot_write(r, "to the device") : 0;
}

int provision_wipe(int fd, uint64_t head, uint64_t size)
{
	uint64_t tail = tail_offset(size);
	int r;

	r = file_zero_at(fd, MIN(head, size), 0);
	if (r == 0 && size >= BTRFS_OFFSET + BTRFS_LEN)
		r = file_zero_at(fd, BTRFS_LEN, BTRFS_OFFSET);
	if (r == 0)
		r = file_zero_at(fd, size - tail, tail);
	if (r == 0)
		r = file_sync(fd);
	return r < 0 ? cannot_write(r, "zeros") : 0;
}

static int fill_part(int fd, uint64_t offset, uint64_t end)
{
	uint64_t n;
	int r = 0;

	for (; offset < end && r == 0; offset += n) {
		if (end_asked)
			return -EINTR;
		n = MIN(end - offset, FLUSH_LEN);
		r = file_zero_at(fd, n, offset);
		if (r == 0)
			r = file_sync(fd);
		/* Nobody reads it again: it need not fill the memory. */
		(void)posix_fadvise(fd, (off_t)offset, (off_t)n,
				    POSIX_FADV_DONTNEED);
		final_progress();
	}
	return r;
}

static void say_progress(unsigned part, uint64_t done, uint64_t size,
			 int64_t ms)
{
	uint64_t per_s = done / ((uint64_t)ms + 1) * 1000 + 1;
	uint64_t left = (size - done) / per_s;

	log_info("wiped %u %%, %llu MiB/s, %llu min %02u s left",
		 part * 100 / PROVISION_PARTS, (unsigned long long)per_s / MIB,
		 (unsigned long long)left / 60, (unsigned)(left % 60));
}

int provision_fill(int fd, uint64_t size)
{
	int64_t start = clock_ms();
	uint64_t done = 0, end;
	unsigned i;
	int r;

	for (i = 1; i <= PROVISION_PARTS; i++) {
		/* In whole pages, or they would have to be read first. */
		end = i == PROVISION_PARTS ? size :
			size / PROVISION_PARTS * i / PAGE_LEN * PAGE_LEN;
		r = fill_part(fd, done, end);
		if (r == -EINTR)
			return fail(r, CODE_PROVISION, "ended by a signal");
		if (r < 0)
			return cannot_write(r, "zeros");
		done = end;
		say_progress(i, done, size, clock_ms() - start);
	}
	return 0;
}

static void ask_to_end(int signal)
{
	(void)signal;
	end_asked = 1;
}

void provision_catch_signals(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction old, action = {
		.sa_handler = ask_to_end,
		.sa_flags = (int)(SA_RESTART | SA_RESETHAND),
	};
	size_t i;

	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &action, NULL);
}
