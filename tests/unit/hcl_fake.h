/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hcl_fake.h - HCL reports as Azure's paravisor makes them, for tests
 *
 * hcl_fake() puts one together byte by byte (the layout of tee-abi.md 4.5) around
 * claims that the test gives, or those of hcl_fake_claims().
 */
#ifndef HCL_FAKE_H
#define HCL_FAKE_H

#include "crypto.h"
#include "encode.h"
#include "hcl_report.h"
#include "test.h"

#define HCL_FAKE_CLAIMS_MAX	4096

/* Where the fields are. */
#define HARDWARE_AT	0x20
#define SNP_VMPL_AT	(HARDWARE_AT + 0x30)
#define SNP_POLICY_AT	(HARDWARE_AT + 0x08)
#define SNP_DATA_AT	(HARDWARE_AT + 0x50)
#define TD_DATA_AT	(HARDWARE_AT + 128)
#define TD_ATTRIBUTES_AT (HARDWARE_AT + 512)
#define CLAIMS_HEADER_AT 0x4c0
#define CLAIMS_AT	0x4d4

/* The n of a key whose bytes are all AK_BYTE, and USER_DATA unless it is NULL. */
static inline void hcl_fake_claims(struct buf *b, uint8_t ak_byte,
				   const uint8_t *user_data)
{
	uint8_t n[HCL_AK_LEN];

	memset(n, ak_byte, sizeof(n));
	buf_str(b, "{\"keys\":[{\"kid\":\"HCLEkPub\",\"kty\":\"RSA\"},"
		"{\"kid\":\"HCLAkPub\",\"key_ops\":[\"sign\"],\"kty\":\"RSA\","
		"\"e\":\"AQAB\",\"n\":\"");
	buf_b64(b, n, sizeof(n), B64_URL);
	buf_str(b, "\"}],\"vm-configuration\":{\"secure-boot\":true,"
		"\"vmUniqueId\":\"7\"}");
	if (user_data) {
		buf_str(b, ",\"user-data\":\"");
		buf_hex(b, user_data, HCL_USER_DATA_LEN);
		buf_str(b, "\"");
	}
	buf_str(b, "}");
}

/* The hardware's report data are what the claims are. */
static inline void hcl_fake_bind(struct buf *b, enum hcl_type type)
{
	size_t at = type == HCL_SNP ? SNP_DATA_AT : TD_DATA_AT;
	size_t len = b->data[CLAIMS_AT - 4] | (size_t)b->data[CLAIMS_AT - 3] << 8;
	struct digest d = { .alg = HASH_SHA256 };

	CHECK(hash(HASH_SHA256, b->data + CLAIMS_AT, len, &d) == 0);
	memcpy(b->data + at, d.bytes, 32);
}

static inline void hcl_fake(struct buf *b, enum hcl_type type,
			    const struct buf *claims)
{
	uint8_t hardware[SNP_REPORT_LEN] = { 0 };
	uint32_t len = (uint32_t)claims->len;

	if (type == HCL_SNP) {
		hardware[0] = 3;
		hardware[0x0a] = 3;		/* policy 0x30000 */
		hardware[0x34] = 1;
		hardware[0x188] = 0x19;
		hardware[0x189] = 0x11;
		hardware[0x2a0] = 0xaa;
	} else {
		hardware[0] = 0x81;
	}
	buf_str(b, "HCLA");
	buf_u32le(b, type == HCL_SNP ? 1 : 2);
	buf_u32le(b, CLAIMS_AT + len);
	buf_u32le(b, 2);
	buf_u32le(b, 0);
	buf_add(b, "\0\0\0\0\0\0\0\0\0\0\0", 12);
	buf_add(b, hardware, sizeof(hardware));
	buf_u32le(b, 20 + len);
	buf_u32le(b, 1);
	buf_u32le(b, type);
	buf_u32le(b, 1);
	buf_u32le(b, len);
	buf_add(b, claims->data, claims->len);
	buf_u32le(b, 0);
	hcl_fake_bind(b, type);
}

/* Both in one. */
static inline void hcl_fake_usual(struct buf *b, enum hcl_type type,
				  uint8_t ak_byte, const uint8_t *user_data)
{
	cleanup_buf struct buf claims = BUF(HCL_FAKE_CLAIMS_MAX);

	hcl_fake_claims(&claims, ak_byte, user_data);
	hcl_fake(b, type, &claims);
}

#endif /* HCL_FAKE_H */
