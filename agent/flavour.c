/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the product consists of.  The test build links tests/fake/flavour.c in
 * place of this file, so that no test double can get into the product.
 */
#include "attester.h"
#include "http.h"
#include "measurer.h"

extern const struct attester attester_az_snp, attester_az_tdx, attester_cca,
	attester_csv, attester_se, attester_sev, attester_snp, attester_tdx,
	attester_tpm;
extern const struct measurer measurer_csv, measurer_pcr, measurer_rtmr;

const struct attester *const attesters[] = {
	&attester_az_tdx, &attester_az_snp, &attester_tdx, &attester_snp,
	&attester_csv, &attester_cca, &attester_se, &attester_sev,
	&attester_tpm, NULL
};
const struct measurer *const measurers[] = {
	&measurer_rtmr, &measurer_csv, &measurer_pcr, NULL
};

const bool http_plain_allowed = false;
