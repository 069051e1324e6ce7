/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tee_report.h - what the reports of SNP and TDX have in common
 *
 * Both carry 64 bytes that we chose and a field that whoever started the VM chose,
 * and say whether the host may debug the VM.  One TEE runs, so there is one state.
 */
#ifndef TEE_REPORT_H
#define TEE_REPORT_H

#include "crypto.h"

#define TEE_REPORT_DATA_LEN	64

struct tee_report {
	const char *name;		/* "the SNP report" */
	const uint8_t *data;		/* TEE_REPORT_DATA_LEN bytes */
	const char *flaw;		/* what debugging means, or NULL */
	/* Where the init-data are bound, e.g. "HOSTDATA". */
	const uint8_t *field;
	size_t field_len;
	const char *field_name;
};

/*
 * -EAGAIN when it is not about WANTED, for it may be that of somebody else's
 * request; -EACCES when the init-data are not those that the VM was started with.
 * The reason is kept.
 */
int tee_report_check(const struct tee_report *t,
		     const uint8_t wanted[static TEE_REPORT_DATA_LEN]) must_check;

/* The members init_data and flaw of struct attester; they tell and ask the above. */
int tee_report_init_data(const struct digest *digest);
const char *tee_report_flaw(void);

#endif /* TEE_REPORT_H */
