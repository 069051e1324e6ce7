/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "file.h"
#include "log.h"
#include "uv.h"

/* struct uvio_ioctl_cb; numbers are in the machine's own order. */
struct control_block {
	uint32_t flags;
	uint16_t rc, rrc;		/* what the ultravisor says */
	uint64_t argument_addr;
	uint32_t argument_len;
	uint8_t reserved[44];
};

/* struct uvio_attest. */
struct attest {
	uint64_t request_addr, measurement_addr, additional_addr;
	uint8_t user_data[UV_USER_DATA_MAX];
	uint8_t config_uid[UV_CONFIG_UID_LEN];
	uint32_t request_len, measurement_len;
	uint32_t additional_len;	/* in: room; out: what there is */
	uint16_t user_data_len, reserved;
};

_Static_assert(sizeof(struct control_block) == 64, "as the kernel has it");
_Static_assert(sizeof(struct attest) == 0x138, "as the kernel has it");

#define ATTEST		_IOWR('u', 1, struct control_block)

#define RC_EXECUTED	0x0001

/* tee-abi.md 3.3; a clause after "the ultravisor ". */
static const struct {
	uint16_t rc;
	const char *text;
} refusals[] = {
	{ 0x0002, "does not know attestation" },
	{ 0x0101, "does not take the request's token" },
	{ 0x0102, "does not take so much user data" },
	{ 0x0103, "cannot read the request" },
	{ 0x0104, "cannot write the measurement" },
	{ 0x0105, "cannot write the additional data" },
	{ 0x0106, "does not know the request's version" },
	{ 0x0107, "finds another length in the request" },
	{ 0x0108, "does not take the request's number of key slots" },
	{ 0x0109, "does not take the size of the request's encrypted part" },
	{ 0x010a, "does not know a flag of the request" },
	{ 0x010b, "does not know the request's algorithm" },
	{ 0x010c, "cannot decrypt the request: the KBS made it for the host key "
		  "of another machine" },
	{ 0x010d, "has a longer measurement than the KBS expects" },
	{ 0x010e, "has more additional data than the KBS expects" },
};

static int refused(const struct control_block *c)
{
	const char *text = "gives no measurement";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i].rc == c->rc)
			text = refusals[i].text;
	return fail(-EIO, CODE_NO_TEE, "the ultravisor %s (0x%04x, 0x%04x)",
		    text, c->rc, c->rrc);
}

static int failed(int r, const char *what, const char *device)
{
	if (r == -EINTR || r == -EAGAIN || r == -EBUSY)
		return fail(-EAGAIN, CODE_NO_TEE, "the ultravisor is busy");
	return fail(r, CODE_NO_TEE, "cannot %s '%s': %s", what, device,
		    strerror(-r));
}

static void fill(const struct uv_request *q, uint8_t *measurement,
		 uint8_t *additional, struct attest *ret)
{
	assert(q->request.left >= 1 && q->request.left <= UV_REQUEST_MAX);
	assert(q->measurement_len >= 1 &&
	       q->measurement_len <= UV_MEASUREMENT_MAX);
	assert(q->additional_len <= UV_ADDITIONAL_MAX);
	assert(q->user_data.left <= UV_USER_DATA_MAX);
	*ret = (struct attest){
		.request_addr = (uintptr_t)q->request.p,
		.measurement_addr = (uintptr_t)measurement,
		.additional_addr = q->additional_len ? (uintptr_t)additional : 0,
		.request_len = (uint32_t)q->request.left,
		.measurement_len = q->measurement_len,
		.additional_len = q->additional_len,
		.user_data_len = (uint16_t)q->user_data.left,
	};
	memcpy(ret->user_data, q->user_data.p, q->user_data.left);
}

static int call(const char *device, struct attest *a)
{
	struct control_block c = {
		.argument_addr = (uintptr_t)a,
		.argument_len = sizeof(*a),
	};
	cleanup_fd int fd = open(device, O_RDWR | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0)
		return failed(neg_errno(), "open", device);
	r = file_ioctl(fd, (unsigned)ATTEST, &c);
	if (r < 0)
		return failed(r, "ask", device);
	/* The call is good whatever the ultravisor says. */
	return c.rc == RC_EXECUTED ? 0 : refused(&c);
}

int uv_attest(const char *device, const struct uv_request *q,
	      struct uv_answer *ret)
{
	cleanup_free uint8_t *measurement = calloc(1, UV_MEASUREMENT_MAX);
	cleanup_free uint8_t *additional = calloc(1, UV_ADDITIONAL_MAX);
	struct attest a;
	int r;

	if (!measurement || !additional)
		return fail(-ENOMEM, CODE_NO_TEE, "no memory for a measurement");
	fill(q, measurement, additional, &a);
	r = call(device, &a);
	if (r < 0)
		return r;
	if (a.additional_len > q->additional_len)
		return fail(-EBADMSG, CODE_NO_TEE, "the ultravisor gave %u bytes "
			    "of additional data, where there is room for %u",
			    a.additional_len, q->additional_len);
	buf_add(&ret->measurement, measurement, q->measurement_len);
	buf_add(&ret->additional, additional, a.additional_len);
	memcpy(ret->config_uid, a.config_uid, UV_CONFIG_UID_LEN);
	r = buf_error(&ret->measurement) ?: buf_error(&ret->additional);
	return r < 0 ? fail(r, CODE_NO_TEE, "no room for the measurement") : 0;
}

void uv_answer_free(struct uv_answer *a)
{
	buf_free(&a->measurement);
	buf_free(&a->additional);
}
