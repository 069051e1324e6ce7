/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log of PCRs in systemd's form, PCR 15 in two banks. */
#include <string.h>

#include "measure_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum hash algs[] = { HASH_SHA256, HASH_SHA384 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++) {
		struct digest d = { .alg = HASH_SHA1 };
		struct reason why = { 0 };
		int r = measure_log_replay((const char *)data, size, 15, algs[i],
					   &d, &why);

		assert(r == 0 ? d.alg == algs[i] :
		       why.code == CODE_MEASURE && why.text[0]);
	}
	return 0;
}
