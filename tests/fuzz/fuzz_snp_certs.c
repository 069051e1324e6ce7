/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's table of certificates. */
#include <string.h>

#include "snp_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf b = BUF(4 * 1024 * 1024);
	struct reason why = { 0 };
	struct snp_certs c;
	const char *text;
	size_t i;

	if (snp_certs_parse(data, size, &c, &why) < 0) {
		assert(why.code == CODE_NO_TEE && why.text[0]);
		return 0;
	}
	assert(c.count <= SNP_CERTS_MAX);
	for (i = 0; i < c.count; i++)
		assert(c.certs[i].data.left <= size);
	snp_certs_json(&c, &b);
	text = buf_cstr(&b);
	if (text && strcmp(text, "null") != 0)
		assert(strstr(text, "\"VCEK\"") || strstr(text, "\"VLEK\""));
	return 0;
}
