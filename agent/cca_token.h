/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cca_token.h - the token of an Arm CCA realm
 *
 * Two signed sets of claims: the platform's, whose signature the verifier checks
 * by a key that it knows, and the realm's, signed by the realm attestation key
 * (RAK) that the platform's challenge binds.  A parser checks the form, and
 * cca_token_check() what can be known without keys of others: that the token is
 * the answer to our challenge, and its halves belong together.
 *
 * Documents: tee-abi.md 4.3, after draft-ffm-rats-cca-token and Arm DEN0137;
 * the COSE structures are those of RFC 9052 4.2.
 */
#ifndef CCA_TOKEN_H
#define CCA_TOKEN_H

#include "crypto.h"
#include "reason.h"

struct buf;

#define CCA_TOKEN_MAX		(64 * 1024)
#define CCA_CHALLENGE_LEN	64
#define CCA_PERSONALIZATION_LEN	64
#define CCA_RAK_MAX		256	/* a COSE_Key with P-384 is 107 bytes */
#define CCA_POINT_LEN		97	/* SEC 1 2.3.3: 04, X, Y of P-384 */
#define CCA_REMS		4
#define CCA_INSTANCE_LEN	33
#define CCA_IMPLEMENTATION_LEN	32
#define CCA_PROFILE_MAX		64
#define CCA_COMPONENTS_MAX	32	/* the platforms that exist have 13 */
#define CCA_COMPONENT_TEXT	32

struct cca_measurement {
	uint8_t bytes[HASH_LEN_MAX];
	size_t len;			/* 32, 48 or 64 */
};

struct cca_realm {
	char profile[CCA_PROFILE_MAX];	/* "": the first format has none */
	uint8_t challenge[CCA_CHALLENGE_LEN];
	uint8_t personalization[CCA_PERSONALIZATION_LEN];
	enum hash hash;			/* of the measurements */
	enum hash rak_hash;		/* of the RAK, for the platform's challenge */
	uint8_t rak[CCA_RAK_MAX];	/* the claim's bytes: what is hashed */
	size_t rak_len;
	uint8_t point[CCA_POINT_LEN];	/* the key that is in them */
	struct cca_measurement rim, rem[CCA_REMS];
};

/* Part of the platform's firmware; "" or a length of 0 for what it lacks. */
struct cca_component {
	char type[CCA_COMPONENT_TEXT], version[CCA_COMPONENT_TEXT];
	struct cca_measurement value, signer;
};

struct cca_platform {
	char profile[CCA_PROFILE_MAX];
	struct cca_measurement challenge;	/* hash of the RAK claim */
	uint8_t instance[CCA_INSTANCE_LEN];
	uint8_t implementation[CCA_IMPLEMENTATION_LEN];
	unsigned lifecycle;		/* 0x3000 to 0x30ff: secured */
	struct cca_component components[CCA_COMPONENTS_MAX];
	size_t component_count;
};

struct cca_token {
	unsigned tag;			/* 399 or 907 */
	struct cca_realm realm;
	struct cca_platform platform;
};

/* -EBADMSG or -EMSGSIZE with NO_TEE and what is wrong in *WHY; claims that are
 * not known are passed over. */
int cca_token_parse(const void *data, size_t len, struct cca_token *ret,
		    struct reason *why) must_check;

/*
 * That T answers CHALLENGE, its profiles are known, and its platform vouches for
 * the key that signs for the realm.  -EBADMSG with NO_TEE and a sentence of its
 * own for each.  The signatures are for the verifier.
 */
int cca_token_check(const struct cca_token *t,
		    const uint8_t challenge[static CCA_CHALLENGE_LEN],
		    struct reason *why) must_check;

/* Appends the evidence that carries the token (kbs-wire.md 4.4). */
void cca_token_evidence(const uint8_t *token, size_t len, struct buf *ret);

/* Appends the claims, under the names that Veraison and Trustee give them. */
void cca_token_json(const struct cca_token *t, struct buf *ret);

#endif /* CCA_TOKEN_H */
