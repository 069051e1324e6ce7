/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "csv_guest.h"
#include "file.h"
#include "log.h"
#include "secret.h"

/* struct csv_report_req. */
struct report_call {
	void *page;
	int len;
};

/* struct csv_guest_user_data_attestation_ext; the plain one has no magic. */
struct report_request {
	uint8_t user_data[CSV_USER_DATA_LEN], mnonce[CSV_MNONCE_LEN];
	uint8_t hash[SM3_LEN];		/* of these two */
	char magic[CSV_MAGIC_LEN];
	uint32_t flags;
};

/* struct csv_rtmr_req. */
struct rtmr_call {
	uint64_t address, len;
	uint16_t command, reserved;
	uint32_t firmware_error;
};

/* What such a call is about. */
struct rtmr_status {
	uint16_t version;
	uint8_t state, unused;		/* the driver's has 3 bytes, or more */
};

struct rtmr_read {
	uint32_t bitmap;
	uint8_t value[SM3_LEN];		/* of each bit, but we ask for one */
};

struct rtmr_extend {
	uint8_t index, reserved;
	uint16_t len;
	uint8_t digest[SM3_LEN];
};

_Static_assert(sizeof(struct report_call) == 16, "as the kernel has it");
_Static_assert(sizeof(struct report_request) == 132, "as the kernel has it");
_Static_assert(sizeof(struct rtmr_call) == 24, "as the kernel has it");
_Static_assert(sizeof(struct rtmr_read) == 36, "as the kernel has it");
_Static_assert(sizeof(struct rtmr_extend) == 36, "as the kernel has it");

#define GET_REPORT	_IOWR('D', 1, struct report_call)
#define RTMR		_IOWR('D', 2, struct rtmr_call)

enum {
	RTMR_STATUS = 1,
	RTMR_READ = 3,
	RTMR_EXTEND = 4,
};

static int open_device(const char *device)
{
	int fd = open(device, O_RDWR | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? neg_errno() : fd;
}

int csv_guest_report(const char *device,
		     const uint8_t user_data[static CSV_USER_DATA_LEN],
		     const uint8_t mnonce[static CSV_MNONCE_LEN], bool extended,
		     uint8_t ret[static CSV_REPORT_LEN])
{
	/* The hypervisor is told a page; zeros follow the request. */
	_Alignas(CSV_REPORT_LEN) uint8_t page[CSV_REPORT_LEN] = { 0 };
	struct report_call c = { .page = page, .len = sizeof(page) };
	struct report_request q = { .flags = 0 };
	cleanup_fd int fd = open_device(device);
	int r;

	memcpy(q.user_data, user_data, sizeof(q.user_data));
	memcpy(q.mnonce, mnonce, sizeof(q.mnonce));
	sm3(&q, sizeof(q.user_data) + sizeof(q.mnonce), q.hash);
	if (extended) {
		memcpy(q.magic, CSV_MAGIC, sizeof(q.magic));
		q.flags = CSV_FLAG_EXTENDED;
	}
	memcpy(page, &q, sizeof(q));
	r = fd < 0 ? fd : file_ioctl(fd, (unsigned)GET_REPORT, &c);
	if (r == -EINTR || r == -EAGAIN || r == -EBUSY)
		return fail(-EAGAIN, CODE_NO_TEE, "csv-guest: busy");
	if (r < 0)
		return fail(r, CODE_NO_TEE, "csv-guest: no %sreport: %s",
			    extended ? "extended " : "", strerror(-r));
	memcpy(ret, page, sizeof(page));
	return 0;
}

/* The call is good whatever the firmware says. */
static int rtmr_call(const char *device, uint16_t command, void *data,
		     size_t len)
{
	struct rtmr_call c = {
		.address = (uintptr_t)data, .len = len, .command = command,
	};
	cleanup_fd int fd = open_device(device);
	int r = fd < 0 ? fd : file_ioctl(fd, (unsigned)RTMR, &c);

	if (r == 0 && c.firmware_error)
		log_debug("csv-guest: firmware error 0x%x", c.firmware_error);
	return r == 0 && c.firmware_error ? -EIO : r;
}

bool csv_guest_has_rtmr(const char *device)
{
	struct rtmr_status status = { .version = 0 };

	return rtmr_call(device, RTMR_STATUS, &status, sizeof(status)) == 0;
}

int csv_guest_rtmr_read(const char *device, unsigned index, struct digest *ret)
{
	struct rtmr_read q = { .bitmap = UINT32_C(1) << index };
	struct digest d = { .alg = HASH_SM3 };
	int r;

	assert(index < CSV_RTMR_COUNT);
	r = rtmr_call(device, RTMR_READ, &q, sizeof(q));
	if (r == 0 && q.bitmap != UINT32_C(1) << index)
		r = -EBADMSG;
	if (r < 0)
		return fail(r, CODE_MEASURE, "cannot read CSV RTMR%u: %s", index,
			    strerror(-r));
	memcpy(d.bytes, q.value, SM3_LEN);
	*ret = d;
	return 0;
}

static void expect(const struct digest *old, const struct digest *d,
		   uint8_t ret[static SM3_LEN])
{
	uint8_t both[2 * SM3_LEN];

	memcpy(both, old->bytes, SM3_LEN);
	memcpy(both + SM3_LEN, d->bytes, SM3_LEN);
	sm3(both, sizeof(both), ret);
}

int csv_guest_rtmr_extend(const char *device, unsigned index,
			  const struct digest *d)
{
	struct rtmr_extend q = { .index = (uint8_t)index, .len = SM3_LEN };
	struct digest old, now;
	uint8_t want[SM3_LEN];
	int r, error;

	assert(d->alg == HASH_SM3);
	r = csv_guest_rtmr_read(device, index, &old);
	if (r < 0)
		return r;
	expect(&old, d, want);
	memcpy(q.digest, d->bytes, SM3_LEN);
	error = rtmr_call(device, RTMR_EXTEND, &q, sizeof(q));
	/* What counts is the value afterwards. */
	r = csv_guest_rtmr_read(device, index, &now);
	if (r < 0 || equal_ct(now.bytes, want, SM3_LEN))
		return r;
	return fail(error ?: -EIO, CODE_MEASURE, error ?
		    "cannot extend CSV RTMR%u: %s" :
		    "CSV RTMR%u does not hold what it was extended with (%s)",
		    index, strerror(error ? -error : EIO));
}
