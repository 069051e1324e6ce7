/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON of a LUKS2 header alone: without the hashing, many times faster. */
#include "luks_check.h"
#include "luks_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct luks_profile profile = { .ram = RAM };
	struct luks_header h = { .device_size = DEVICE_SIZE };
	struct reason why = { 0 };

	if (size >= LUKS_JSON_LEN)
		return 0;
	if (luks_metadata_parse((const char *)data, size, &profile, &h,
				&why) == 0) {
		luks_check(&h);
		return 0;
	}
	assert(why.text[0]);
	assert(why.code == CODE_HEADER_FORMAT ||
	       why.code == CODE_HEADER_PROFILE);
	return 0;
}
