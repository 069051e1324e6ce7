/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm_attest.h - what a TPM says in a quote: TPMS_ATTEST (TPM 2.0 part 2, 10.12)
 *
 * Pure; for our own quotes, for those of Azure's vTPM, and for people.
 */
#ifndef TPM_ATTEST_H
#define TPM_ATTEST_H

#include "reason.h"

#define TPM_ATTEST_FIELD_MAX	128
#define TPM_ATTEST_BANKS_MAX	8

struct buf;

struct tpm_attest_field {
	uint8_t bytes[TPM_ATTEST_FIELD_MAX];
	size_t len;
};

struct tpm_attest {
	struct tpm_attest_field signer;	/* a name: hash algorithm and hash */
	struct tpm_attest_field extra;	/* the nonce */
	uint64_t clock;
	uint32_t reset_count, restart_count;
	bool safe;
	uint64_t firmware;
	struct {
		uint16_t alg;		/* TPM_ALG_ID */
		uint32_t mask;		/* bit N: PCR N */
	} banks[TPM_ATTEST_BANKS_MAX];
	size_t bank_count;
	struct tpm_attest_field pcr_digest;
};

/*
 * A quote, made by a TPM, and nothing after it.  -EBADMSG with NO_TEE in *WHY,
 * whose text goes on after "it".
 */
int tpm_attest_parse(const uint8_t *data, size_t len, struct tpm_attest *ret,
		     struct reason *why) must_check;

void tpm_attest_json(const struct tpm_attest *a, struct buf *ret);

#endif /* TPM_ATTEST_H */
