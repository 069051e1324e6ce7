/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the test build consists of, in place of agent/flavour.c. */
#include "attester.h"
#include "http.h"
#include "measurer.h"

extern const struct attester attester_az_snp, attester_az_tdx, attester_cca,
	attester_csv, attester_sample, attester_se, attester_sev, attester_snp,
	attester_tdx, attester_tpm;
extern const struct measurer measurer_broken, measurer_csv, measurer_pcr,
	measurer_rtmr;

const struct attester *const attesters[] = {
	&attester_az_tdx, &attester_az_snp, &attester_tdx, &attester_snp,
	&attester_csv, &attester_cca, &attester_se, &attester_sev,
	&attester_tpm, &attester_sample, NULL
};
const struct measurer *const measurers[] = {
	&measurer_rtmr, &measurer_csv, &measurer_pcr, &measurer_broken, NULL
};

const bool http_plain_allowed = true;
