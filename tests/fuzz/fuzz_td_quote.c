/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TD quote, or with its length a TDREPORT. */
#include "td_quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf b = BUF(64 * 1024);
	struct reason why = { 0 };
	struct td_report t;
	struct td_quote q;

	if (td_report_parse(data, size, &t, NULL) == 0)
		td_report_json(&t, &b);
	if (td_quote_parse(data, size, &q, &why) == 0) {
		assert(q.len <= size);
		td_quote_json(&q, &b);
	} else {
		assert(why.code == CODE_NO_TEE && why.text[0]);
	}
	assert(buf_error(&b) == 0);
	return 0;
}
