/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "file.h"
#include "log.h"
#include "sev_guest.h"

/* The driver's limit on certificates, and a multiple of a page. */
#define CERTS_LEN	(16 * 1024)

/* uapi/linux/sev-guest.h; all of it with the padding of a 64-bit kernel. */
struct guest_request {
	uint8_t msg_version;
	uint64_t req_data, resp_data;
	uint64_t exitinfo2;	/* firmware's error, and above it the host's */
};

struct report_request {
	uint8_t user_data[SNP_REPORT_DATA_LEN];
	uint32_t vmpl;
	uint8_t reserved[28];
};

struct ext_request {
	struct report_request data;
	uint64_t certs_address;
	uint32_t certs_len;
};

/* The firmware's MSG_REPORT_RSP (56860, table 25) in the driver's buffer. */
struct response {
	uint32_t status, report_len;
	uint8_t reserved[24];
	uint8_t report[SNP_REPORT_LEN];
	uint8_t rest[4000 - 32 - SNP_REPORT_LEN];
};

_Static_assert(sizeof(struct guest_request) == 32, "as the kernel has it");
_Static_assert(sizeof(struct report_request) == 96, "as the kernel has it");
_Static_assert(sizeof(struct ext_request) == 112, "as the kernel has it");
_Static_assert(sizeof(struct response) == 4000, "as the kernel has it");

#define GET_REPORT	_IOWR('S', 0, struct guest_request)
#define GET_EXT_REPORT	_IOWR('S', 2, struct guest_request)

#define VMM_INVALID_LEN	1
#define VMM_BUSY	2

static uint32_t vmm_error(const struct guest_request *q)
{
	return (uint32_t)(q->exitinfo2 >> 32);
}

/* The fields that the driver fills are zero before each call. */
static int call(int fd, unsigned number, const void *request,
		struct response *ret, struct guest_request *ret_request)
{
	struct guest_request q = {
		.msg_version = 1,
		.req_data = (uintptr_t)request,
		.resp_data = (uintptr_t)ret,
	};
	int r;

	memset(ret, 0, sizeof(*ret));
	r = file_ioctl(fd, number, &q);
	*ret_request = q;
	return r;
}

static int failed(int r, const struct guest_request *q)
{
	if (vmm_error(q) == VMM_BUSY || r == -ETIMEDOUT || r == -EINTR ||
	    r == -EAGAIN)
		return fail(-EAGAIN, CODE_NO_TEE, "the TEE is there, but the "
			    "host is busy");
	return fail(r, CODE_NO_TEE,
		    "the TEE is there, but gives no report: %s, firmware "
		    "0x%x, host 0x%x",
		    strerror(-r), (unsigned)q->exitinfo2, vmm_error(q));
}

/* The certificates in CERTS, which has CERTS_LEN zero bytes. */
static int get_report(int fd, const uint8_t *data, uint8_t *certs,
		      struct response *ret)
{
	struct ext_request ext = {
		.certs_address = (uintptr_t)certs,
		.certs_len = CERTS_LEN,
	};
	struct guest_request q;
	int r;

	memcpy(ext.data.user_data, data, SNP_REPORT_DATA_LEN);
	r = call(fd, GET_EXT_REPORT, &ext, ret, &q);
	if (r == -EIO && vmm_error(&q) == VMM_INVALID_LEN) {
		log_warn("the host has %u bytes of certificates, more than the "
			 "kernel takes", ext.certs_len);
		memset(certs, 0, CERTS_LEN);
		r = call(fd, GET_REPORT, &ext.data, ret, &q);
	}
	if (r < 0)
		return failed(r, &q);
	/* The call is good whatever the firmware says. */
	if (ret->status != 0)
		return fail(-EIO, CODE_NO_TEE,
			    "the TEE is there, but gives no report: status 0x%x",
			    ret->status);
	if (ret->report_len != SNP_REPORT_LEN)
		return fail(-EBADMSG, CODE_NO_TEE,
			    "the TEE is there, but its report has %u bytes",
			    ret->report_len);
	return 0;
}

int sev_guest_report(const char *device,
		     const uint8_t data[static SNP_REPORT_DATA_LEN],
		     struct buf *ret_report, struct buf *ret_certs)
{
	cleanup_fd int fd = open(device, O_RDWR | O_CLOEXEC | O_NOCTTY);
	cleanup_free uint8_t *certs = NULL;
	struct response response;
	int r;

	if (fd < 0) {
		r = neg_errno();
		return fail(r, CODE_NO_TEE, "cannot open '%s': %s", device,
			    strerror(-r));
	}
	certs = calloc(1, CERTS_LEN);
	if (!certs)
		return fail(-ENOMEM, CODE_NO_TEE, "no memory for certificates");
	r = get_report(fd, data, certs, &response);
	if (r < 0)
		return r;
	buf_add(ret_report, response.report, SNP_REPORT_LEN);
	buf_add(ret_certs, certs, CERTS_LEN);
	r = buf_error(ret_report) ?: buf_error(ret_certs);
	return r < 0 ? fail(r, CODE_NO_TEE, "no room for the report") : 0;
}
