/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The check of init_data.c where a TPM's register binds the init-data. */
#include <string.h>

#include "init_data.h"
#include "log.h"
#include "tpm.h"

#define INIT_DATA_PCR	8

int init_data_pcr(const struct digest *d, struct tpm *t, const char *tee)
{
	uint8_t both[2 * TPM_PCR_LEN] = { 0 };
	struct tpm_pcrs pcrs;
	struct digest want;
	int r;

	r = init_data_require(d, HASH_SHA256, tee);
	if (r == 0)
		r = tpm_pcrs(t, &pcrs);
	if (r < 0)
		return r;
	memcpy(both + TPM_PCR_LEN, d->bytes, TPM_PCR_LEN);
	r = hash(HASH_SHA256, both, sizeof(both), &want);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot hash the init-data");
	return init_data_compare(&want, pcrs.value[INIT_DATA_PCR], TPM_PCR_LEN,
				 "what PCR 8 was extended by");
}
