/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the product consists of.  The test build links tests/fake/flavour.c in
 * place of this file, so that no test double can get into the product.
 */
#include "attester.h"
#include "http.h"
#include "measurer.h"

extern const struct attester attester_tpm;
extern const struct measurer measurer_pcr;

const struct attester *const attesters[] = { &attester_tpm, NULL };
const struct measurer *const measurers[] = { &measurer_pcr, NULL };

const bool http_plain_allowed = false;
