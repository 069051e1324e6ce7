/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measurer_pcr.c - events in a PCR of a TPM 2.0
 *
 * Each event opens the TPM anew: they are few, and without a resource manager
 * the next user (systemd measures too) would be kept out in between.
 */
#include "log.h"
#include "measurer.h"
#include "tpm.h"

/*
 * PC Client Platform TPM Profile, table "PCR Attributes": 16 and 23 can be reset
 * by anybody, so they prove nothing; 17 to 22 are extended from localities that
 * Linux does not have.
 */
#define PCR_ALLOWED_MAX	15

static bool allowed(unsigned index)
{
	return index <= PCR_ALLOWED_MAX;
}

static bool probe(unsigned index)
{
	return allowed(index) && tpm_present();
}

static int hash_event(const struct tpm_banks *banks, const void *event,
		      size_t len, struct digest *digests)
{
	size_t i;
	int r;

	for (i = 0; i < banks->count; i++) {
		r = hash(banks->alg[i], event, len, &digests[i]);
		if (r < 0)
			return fail(r, CODE_MEASURE,
				    "cannot hash an event with %s",
				    hash_name(banks->alg[i]));
	}
	return 0;
}

static int extend(unsigned index, const void *event, size_t len,
		  struct digest ret[static MEASURER_BANKS_MAX],
		  size_t *ret_count)
{
	struct digest digests[MEASURER_BANKS_MAX];
	cleanup_tpm struct tpm *t = NULL;
	struct tpm_banks banks;
	size_t i;
	int r;

	assert(allowed(index));
	r = tpm_open(NULL, CODE_MEASURE, &t);
	if (r < 0)
		return r;
	r = tpm_banks(t, index, &banks);
	if (r < 0)
		return r;
	r = hash_event(&banks, event, len, digests);
	if (r < 0)
		return r;
	r = tpm_extend(t, index, digests, banks.count);
	if (r < 0)
		return r;
	for (i = 0; i < banks.count; i++)
		ret[i] = digests[i];
	*ret_count = banks.count;
	return 0;
}

const struct measurer measurer_pcr = {
	.name = "pcr",
	.probe = probe,
	.allowed = allowed,
	.extend = extend,
	.log_dir = "/run/log/systemd",
	.log = "/run/log/systemd/tpm2-measure.log",
};
