/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first byte chooses the form; what follows is cut or filled with zeros to
 * a page.
 */
#include <string.h>

#include "csv_report.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf b = BUF(256 * 1024);
	uint8_t page[CSV_REPORT_LEN] = { 0 };
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };
	struct csv_report s;

	if (size < 1)
		return 0;
	memcpy(page, data + 1, MIN(size - 1, sizeof(page)));
	if (csv_report_parse(page, data[0] & 1, &s, &why) < 0) {
		assert(why.code == CODE_NO_TEE && why.text[0]);
		return 0;
	}
	assert(csv_report_check(&s, s.user_data, s.mnonce, &why) ==
	       (s.mac_good ? 0 : -EBADMSG));
	buf_str(&b, "{");
	csv_report_json(&s, &b);
	buf_str(&b, "}");
	assert(buf_cstr(&b));
	assert(json_parse(&j, buf_cstr(&b), b.len, CODE_INTERNAL, NULL) == 0);
	return 0;
}
