/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first two bytes say where the head of the device ends and its tail begins. */
#include <stdlib.h>
#include <string.h>

#include "signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t head, tail;
	uint8_t *a, *b;

	if (size < 2)
		return 0;
	size -= 2;
	head = MIN((size_t)data[0] * 256 + data[1], size);
	tail = MIN(size - head, SIGNATURE_TAIL_LEN);
	/* Of their own, so that ASan sees where each ends. */
	a = malloc(head + 1);
	b = malloc(tail + 1);
	if (!a || !b)
		abort();
	memcpy(a, data + 2, head);
	memcpy(b, data + 2 + head, tail);
	/* What one part tells is not undone by the other. */
	assert(!signature_find(a, head, NULL, 0) ||
	       signature_find(a, head, b, tail));
	free(a);
	free(b);
	return 0;
}
