/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "file.h"
#include "log.h"
#include "rtmr.h"
#include "secret.h"
#include "td_quote.h"

#define EXTEND_TRIES	3

/* uapi/linux/tdx-guest.h. */
struct report_request {
	uint8_t report_data[TD_REPORT_DATA_LEN];
	uint8_t report[TD_REPORT_LEN];
};

#define GET_REPORT0	_IOWR('T', 1, struct report_request)

/* tee-abi.md 2.2: Intel's driver outside the kernel, and its third version. */
struct extend_request {
	uint8_t data[TD_MR_LEN];
	uint8_t index;
};

#define EXTEND_RTMR	_IOR('T', 3, struct extend_request)
#define EXTEND_RTMR_V3	_IOW('T', 3, struct extend_request)

_Static_assert(sizeof(struct report_request) == 1088, "as the kernel has it");
_Static_assert(sizeof(struct extend_request) == 49, "as the driver has it");

/* No register: the driver says EINVAL, a kernel without the ioctl ENOTTY. */
#define INDEX_NONE	0xff

const struct rtmr_paths rtmr_paths = {
	.measurements = "/sys/devices/virtual/misc/tdx_guest/measurements",
	.device = "/dev/tdx_guest",
};

struct path {
	char text[256];
};

static struct path file_of(const struct rtmr_paths *p, unsigned index)
{
	struct path path;

	(void)snprintf(path.text, sizeof(path.text), "%s/rtmr%u:sha384",
		       p->measurements, index);
	return path;
}

static bool has_file(const struct rtmr_paths *p, unsigned index)
{
	struct path path = file_of(p, index);

	return access(path.text, F_OK) == 0;
}

static int open_device(const struct rtmr_paths *p)
{
	int fd = open(p->device, O_RDWR | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? neg_errno() : fd;
}

/* The number of the ioctl that this driver has, or 0. */
static unsigned extend_number(int fd)
{
	static const unsigned numbers[] = { EXTEND_RTMR, EXTEND_RTMR_V3 };
	struct extend_request none = { .index = INDEX_NONE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (file_ioctl(fd, numbers[i], &none) == -EINVAL)
			return numbers[i];
	return 0;
}

static int read_report(int fd, unsigned index, struct digest *ret)
{
	struct report_request q = { 0 };
	struct td_report report;
	struct digest d = { .alg = HASH_SHA384 };
	int r;

	r = file_ioctl(fd, (unsigned)GET_REPORT0, &q);
	if (r < 0)
		return r;
	r = td_report_parse(q.report, sizeof(q.report), &report, NULL);
	if (r < 0)
		return r;
	memcpy(d.bytes, report.info.rtmr[index], TD_MR_LEN);
	*ret = d;
	return 0;
}

static int read_file(const char *path, struct digest *ret)
{
	cleanup_buf struct buf b = BUF(2 * TD_MR_LEN);
	struct digest d = { .alg = HASH_SHA384 };
	int r;

	r = file_read(path, &b);
	if (r < 0)
		return r;
	if (b.len != TD_MR_LEN)
		return -EBADMSG;
	memcpy(d.bytes, b.data, TD_MR_LEN);
	*ret = d;
	return 0;
}

static int read_quietly(const struct rtmr_paths *p, unsigned index,
			struct digest *ret)
{
	struct path path = file_of(p, index);
	cleanup_fd int fd = -1;

	assert(index < TD_RTMR_COUNT);
	if (has_file(p, index))
		return read_file(path.text, ret);
	fd = open_device(p);
	return fd < 0 ? fd : read_report(fd, index, ret);
}

bool rtmr_present(const struct rtmr_paths *p, unsigned index)
{
	cleanup_fd int fd = -1;
	struct digest value;

	if (index >= TD_RTMR_COUNT || read_quietly(p, index, &value) < 0)
		return false;
	if (has_file(p, index))
		return true;
	fd = open_device(p);
	return fd >= 0 && extend_number(fd) != 0;
}

int rtmr_read(const struct rtmr_paths *p, unsigned index, struct digest *ret)
{
	int r = read_quietly(p, index, ret);

	return r < 0 ? fail(r, CODE_MEASURE, "cannot read RTMR%u: %s", index,
			    strerror(-r)) : 0;
}

/* tee-abi.md 2.1: one write() of all; what is longer is cut, but extends. */
static int extend_file(const char *path, const struct digest *d)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return neg_errno();
	n = write(fd, d->bytes, TD_MR_LEN);
	if (n < 0)
		return neg_errno();
	return n == TD_MR_LEN ? 0 : -EIO;
}

static int extend_device(const struct rtmr_paths *p, unsigned index,
			 const struct digest *d)
{
	struct extend_request q = { .index = (uint8_t)index };
	cleanup_fd int fd = open_device(p);
	unsigned number;

	if (fd < 0)
		return fd;
	number = extend_number(fd);
	if (number == 0)
		return -ENOTTY;
	memcpy(q.data, d->bytes, TD_MR_LEN);
	return file_ioctl(fd, number, &q);
}

static int extend_once(const struct rtmr_paths *p, unsigned index,
		       const struct digest *d)
{
	struct path path = file_of(p, index);

	return has_file(p, index) ? extend_file(path.text, d) :
				    extend_device(p, index, d);
}

static bool equal(const struct digest *a, const struct digest *b)
{
	return equal_ct(a->bytes, b->bytes, TD_MR_LEN);
}

static int expect(const struct digest *old, const struct digest *d,
		  struct digest *ret)
{
	uint8_t both[2 * TD_MR_LEN];
	int r;

	memcpy(both, old->bytes, TD_MR_LEN);
	memcpy(both + TD_MR_LEN, d->bytes, TD_MR_LEN);
	r = hash(HASH_SHA384, both, sizeof(both), ret);
	return r < 0 ? fail(r, CODE_MEASURE, "cannot hash RTMR values") : 0;
}

/*
 * What counts is the value afterwards: an error that left the register as it
 * was may be tried again, and one that came too late does no harm.
 */
int rtmr_extend(const struct rtmr_paths *p, unsigned index,
		const struct digest *d)
{
	struct digest old, want, now;
	int r, error = -EIO;
	unsigned i;

	assert(d->alg == HASH_SHA384);
	r = rtmr_read(p, index, &old);
	if (r == 0)
		r = expect(&old, d, &want);
	if (r < 0)
		return r;
	for (i = 0; i < EXTEND_TRIES; i++) {
		error = extend_once(p, index, d) ?: -EIO;
		r = rtmr_read(p, index, &now);
		if (r < 0 || equal(&now, &want))
			return r;
		if (!equal(&now, &old))
			return fail(-EIO, CODE_MEASURE,
				    "RTMR%u does not hold what it was extended "
				    "with", index);
		if (error != -EINTR && error != -EBUSY)
			break;
	}
	return fail(error, CODE_MEASURE, "cannot extend RTMR%u: %s", index,
		    strerror(-error));
}
