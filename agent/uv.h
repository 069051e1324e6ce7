/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uv.h - the ultravisor of IBM Z, by /dev/uv
 *
 * It decrypts a request that was made for this machine, and answers with a MAC
 * over what the image was and what we add, under a key that is in the request.
 * Source: Linux, arch/s390/include/uapi/asm/uvdevice.h and
 * drivers/s390/char/uvdevice.c; tee-abi.md 3.3.
 */
#ifndef UV_H
#define UV_H

#include "buf.h"

#define UV_DEVICE		"/dev/uv"

/* The kernel's limits; a request and a measurement have one byte at least. */
#define UV_REQUEST_MAX		0x100000
#define UV_MEASUREMENT_MAX	0x8000
#define UV_ADDITIONAL_MAX	0x8000
#define UV_USER_DATA_MAX	256

#define UV_CONFIG_UID_LEN	16

struct uv_request {
	struct reader request;		/* attestation request control block */
	struct reader user_data;
	uint32_t measurement_len;
	uint32_t additional_len;	/* of what there may be; can be 0 */
};

struct uv_answer {
	struct buf measurement, additional;
	uint8_t config_uid[UV_CONFIG_UID_LEN];	/* another one for each boot */
};

/* A buffer keeps a byte of its limit for itself. */
#define UV_ANSWER { \
	.measurement = BUF(UV_MEASUREMENT_MAX + 1), \
	.additional = BUF(UV_ADDITIONAL_MAX + 1), \
}
#define cleanup_uv	cleanup(uv_answer_free)

/*
 * Fills RET, which must be empty, from a request within the limits.  -EAGAIN
 * when the call was interrupted, all else is final; the reason is kept.
 */
int uv_attest(const char *device, const struct uv_request *q,
	      struct uv_answer *ret) must_check;

void uv_answer_free(struct uv_answer *a);

#endif /* UV_H */
