/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives one behind the other, as an initramfs has them. */
#include <string.h>

#include "cpio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = READER(data, size);
	struct reason why = { 0 };
	struct cpio_entry e;
	int k = 0;

	while (k >= 0 && cpio_begins(&r)) {
		size_t before = r.left;

		k = cpio_next(&r, &e, &why);
		assert(r.left < before || k < 0);
		if (k > 0)
			assert(strlen(e.name) < size && e.data.left <= size);
	}
	assert(k >= 0 || why.code == CODE_CONFIG);
	return 0;
}
