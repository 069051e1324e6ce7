/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm_ek.h - whether the TPM here is the one whose EK somebody vouches for
 *
 * An endorsement key is public, and a TPM of the host's can show that of
 * another.  So the TPM has to use it as well: it gets a salt that only the EK's
 * private part can decrypt, and answers with an HMAC that needs the salt.
 *
 * Documents: TCG EK Credential Profile for TPM Family 2.0, 2.5, B.3.3 (template
 * L-1: RSA 2048); TPM 2.0 part 1, 19.6 (sessions) and B.10.2 (salt by RSA).
 */
#ifndef TPM_EK_H
#define TPM_EK_H

#include "tpm.h"

/*
 * The RSA modulus of an EK by the template, from its TPMT_PUBLIC, the LEN bytes
 * at PUBLIC.  -EBADMSG with MEASURE in *WHY.  Pure.
 */
int tpm_ek_parse(const uint8_t *public, size_t len,
		 uint8_t ret_modulus[static TPM_RSA_LEN],
		 struct reason *why) must_check;

/*
 * 0 when T makes exactly the EK of PUBLIC and has its private part; -EACCES when
 * it does not, so that it is another TPM; -EBADMSG when PUBLIC is no EK, or T's
 * answers are wrong.  The reason is kept, as for tpm.h.
 */
int tpm_ek_prove(struct tpm *t, const uint8_t *public, size_t len) must_check;

#endif /* TPM_EK_H */
