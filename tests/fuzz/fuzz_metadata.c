/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both answers of Azure's metadata service. */
#include "buf.h"
#include "metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(int (*parser)(const char *text, size_t len, struct buf *ret,
				struct reason *why),
		  const uint8_t *data, size_t size, size_t max)
{
	cleanup_buf struct buf out = BUF(max + 1);
	struct reason why = { 0 };

	if (parser((const char *)data, size, &out, &why) == 0)
		assert(out.len > 0);
	else
		assert(why.code == CODE_NO_TEE && why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(metadata_parse_vcek, data, size, METADATA_VCEK_MAX);
	parse(metadata_parse_quote, data, size, METADATA_QUOTE_MAX);
	return 0;
}
