/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ear.h - what the verifier thought of us, read from its token
 *
 * The token is an EAT Attestation Result (draft-ietf-rats-ear) in a JWS; the
 * KBS checks its signature, we only print it (kbs-wire.md 10).
 */
#ifndef EAR_H
#define EAR_H

#include "reason.h"

#define EAR_SUBMODS_MAX	8
#define EAR_CLAIMS	8	/* the trustworthiness vector, AR4SI */

struct ear_submod {
	char name[32];			/* "cpu0" */
	char status[16];		/* "affirming", ... */
	int8_t vector[EAR_CLAIMS];	/* order of ear_claim_name() */
};

struct ear {
	struct ear_submod submods[EAR_SUBMODS_MAX];
	size_t count;
};

/* "instance-identity", ...; I below EAR_CLAIMS. */
const char *ear_claim_name(size_t i);

/* Decodes the middle part of the JWS; -EBADMSG with KBS_PROTOCOL in *WHY. */
int ear_parse(const char *token, struct ear *ret,
	      struct reason *why) must_check;

/* The worst status of all submods, "none" without one; "unknown", the worst of
 * all, when one has a status that we have no word for. */
const char *ear_status(const struct ear *e);

#endif /* EAR_H */
