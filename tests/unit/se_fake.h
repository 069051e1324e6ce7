/* SPDX-License-Identifier: GPL-2.0-or-later */
/* se_fake.h - the nonce of a KBS for IBM SE, for test_se_nonce.c and others */
#ifndef SE_FAKE_H
#define SE_FAKE_H

#include <string.h>

#include "encode.h"
#include "se_nonce.h"

#define FAKE_REQUEST_LEN	424	/* with one key slot */
#define FAKE_WRAPPED_LEN	256
#define FAKE_NONCE_MAX		(32 * 1024)

/* Bytes that tell where each part is: BASE, BASE + 1, ... */
static inline void put_bytes(struct buf *b, uint8_t base, size_t len)
{
	uint8_t bytes[1024];
	size_t i;

	assert(len <= sizeof(bytes));
	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)(base + i);
	buf_b64(b, bytes, len, B64_STD);
}

static inline void put_nonce(struct buf *b)
{
	buf_str(b, "{\"request_blob\":\"");
	put_bytes(b, 0, FAKE_REQUEST_LEN);
	buf_str(b, "\",\"measurement_size\":64,\"additional_size\":96,"
		"\"encr_measurement_key\":\"");
	put_bytes(b, 1, FAKE_WRAPPED_LEN);
	buf_str(b, "\",\"encr_request_nonce\":\"");
	put_bytes(b, 2, FAKE_WRAPPED_LEN);
	buf_str(b, "\",\"image_hdr_tags\":\"");
	put_bytes(b, 3, SE_TAGS_LEN);
	buf_str(b, "\"}");
}

#endif /* SE_FAKE_H */
