/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first byte chooses the suite and the sector size. */
#include <string.h>

#include "integrity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct luks_header h = { .data_size = 48 * 1024 * 1024 };
	uint8_t sb[INTEGRITY_SUPERBLOCK_LEN] = { 0 };
	struct reason why = { 0 };
	uint64_t room = 0;
	int r;

	if (size < 1 || size > sizeof(sb) + 1)
		return 0;
	h.suite = &luks_suites[data[0] & 3];
	h.sector_size = data[0] & 4 ? 512 : 4096;
	memcpy(sb, data + 1, size - 1);
	r = integrity_parse(sb, &h, &room, &why);
	assert(r == 0 || (r == -EBADMSG && why.text[0]));
	assert(r < 0 || (room && room <= h.data_size &&
			 room % h.sector_size == 0));
	return 0;
}
