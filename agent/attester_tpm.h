/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_tpm.h - what the boot report says about the TPM's AK
 */
#ifndef ATTESTER_TPM_H
#define ATTESTER_TPM_H

#include "util.h"

/* The AK was made for this boot; false before prepare(), too. */
bool attester_tpm_ak_made(void);

#endif /* ATTESTER_TPM_H */
