/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input is cut or filled with zeros to the length of a report. */
#include <string.h>

#include "json.h"
#include "snp_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf b = BUF(64 * 1024);
	uint8_t raw[SNP_REPORT_LEN] = { 0 };
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };
	struct snp_report s;

	if (size)
		memcpy(raw, data, MIN(size, sizeof(raw)));
	if (snp_report_parse(raw, sizeof(raw), &s, &why) < 0) {
		assert(why.code == CODE_NO_TEE && why.text[0]);
		return 0;
	}
	snp_report_json(&s, &b);
	assert(buf_cstr(&b));
	assert(json_parse(&j, buf_cstr(&b), b.len, CODE_INTERNAL, NULL) == 0);
	return 0;
}
