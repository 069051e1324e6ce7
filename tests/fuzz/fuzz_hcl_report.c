/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Azure's HCL report.  Where the input begins with 'h' its three sizes are made to
 * fit, so that claims of any length get past them.
 */
#include <string.h>

#include "hcl_report.h"
#include "limits.h"

#define CLAIMS_AT	0x4d4
#define SIZE_AT		0x08
#define DATA_SIZE_AT	0x4c0
#define CLAIMS_SIZE_AT	0x4d0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_u32le(uint8_t *p, size_t v)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void repair(uint8_t *p, size_t size)
{
	if (size < CLAIMS_AT || p[0] != 'h')
		return;
	p[0] = 'H';
	put_u32le(p + SIZE_AT, size);
	put_u32le(p + DATA_SIZE_AT, 20 + size - CLAIMS_AT);
	put_u32le(p + CLAIMS_SIZE_AT, size - CLAIMS_AT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf out = BUF(REQUEST_MAX);
	cleanup_free uint8_t *copy = malloc(size + 1);
	struct reason why = { 0 };
	struct hcl_report h;
	bool bound;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	repair(copy, size);
	if (hcl_report_parse(copy, size, &h, &why) < 0) {
		assert(why.code == CODE_NO_TEE && why.text[0]);
		return 0;
	}
	assert(hcl_report_type(copy, size) == h.type);
	if (hcl_report_bound(&h, &bound) < 0 || hcl_report_json(&h, &out) < 0 ||
	    buf_error(&out) < 0)
		abort();
	return 0;
}
