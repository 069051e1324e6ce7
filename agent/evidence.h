/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h - what the evidence binds, the same for all TEEs and providers
 *
 * The runtime data (kbs-wire.md 2) are the nonce of the KBS and the public part
 * of the TEE key.  Their canonical text (RFC 8785) is hashed, and the hash goes
 * into the field of the evidence that the TEE signs.
 */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "crypto.h"

struct attester;
struct buf;

/*
 * Appends the canonical text for the primary evidence without additional
 * evidence: one line, no newline at its end.
 */
int evidence_runtime_data(const char *nonce, const struct tee_key *key,
			  struct buf *ret) must_check;

/*
 * Appends the JSON value of tee-evidence.primary_evidence.  SELECTED is the
 * hash that came with NONCE, or HASH_COUNT; most TEEs have one of their own.
 * -EAGAIN when the TEE is busy; the reason is kept.
 */
int evidence_make(const struct attester *attester, const char *nonce,
		  enum hash selected, const struct tee_key *key,
		  struct buf *ret) must_check;

#endif /* EVIDENCE_H */
