/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * init_data.h - data that the launch of the VM binds, and the KBS checks
 *
 * A TOML text in the initramfs that goes with the evidence as it stands.  Whoever
 * starts the VM puts its digest where the TEE reports it; the verifier compares,
 * and so do we, before anything is sent, so that a mismatch has a name
 * (kbs-wire.md 6).
 */
#ifndef INIT_DATA_H
#define INIT_DATA_H

#include "crypto.h"
#include "reason.h"

struct tpm;

/*
 * The digest of the LEN bytes at TEXT, with the hash that its line "algorithm"
 * names.  Of the TOML only what stands before the first table is looked at:
 * comments, "version" and "algorithm", each once, as basic strings.  -EINVAL
 * with CONFIG in *WHY.
 */
int init_data_parse(const char *text, size_t len, struct digest *ret,
		    struct reason *why) must_check;

/* D is what the LEN bytes at FIELD say, cut or padded with zeros to LEN. */
bool init_data_matches(const struct digest *d, const uint8_t *field, size_t len);

/*
 * For attesters: compares as above; -EACCES with TEE_MISMATCH and the name of
 * the field, e.g. "HOSTDATA", kept.
 */
int init_data_compare(const struct digest *d, const uint8_t *field, size_t len,
		      const char *name) must_check;

/*
 * For attesters whose field has to have the digest's length: -EINVAL with CONFIG
 * kept unless D is of ALG.
 */
int init_data_require(const struct digest *d, enum hash alg,
		      const char *tee) must_check;

/*
 * For attesters of a TPM: whoever brought the init-data has extended PCR 8 by
 * their digest, which must be a SHA-256, once, and nobody else has touched it
 * (kbs-wire.md 6).  Errors as above, and those of tpm.h.
 */
int init_data_pcr(const struct digest *d, struct tpm *t,
		  const char *tee) must_check;

#endif /* INIT_DATA_H */
