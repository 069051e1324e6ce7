/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kbs_msg.h - the messages of RCAR 0.4.0, between a guest and Trustee's KBS
 *
 * Pure: text in, struct out, and the reverse.  Source: kbs-wire.md 1 and 7.6.
 * Members that are not known are skipped, since servers add some; duplicate
 * keys are refused by json.h.
 */
#ifndef KBS_MSG_H
#define KBS_MSG_H

#include "buf.h"
#include "crypto.h"
#include "limits.h"
#include "reason.h"

#define KBS_PROTOCOL_VERSION	"0.4.0"
#define KBS_PATH_MAX		512

/* Body of POST auth. */
int kbs_msg_request(const char *tee, struct buf *ret) must_check;

/*
 * The answer to it: the nonce, appended to RET_NONCE as text, and the hash of
 * our list that the KBS has selected, or HASH_COUNT.
 */
int kbs_msg_challenge(const char *text, size_t len, struct buf *ret_nonce,
		      enum hash *ret_hash, struct reason *why) must_check;

/*
 * Body of POST attest.  JWK and EVIDENCE are JSON texts; INIT_DATA is TOML, or
 * NULL.
 */
int kbs_msg_attestation(const char *nonce, const char *jwk,
			const char *evidence, const char *init_data,
			struct buf *ret) must_check;

/* The answer to it: the token, three base64url parts, appended to RET. */
int kbs_msg_token(const char *text, size_t len, struct buf *ret_token,
		  struct reason *why) must_check;

/* What an error body says, "" where it does not; both to be escaped. */
struct kbs_error {
	char variant[48];	/* "PolicyDeny": last part of "type" */
	char detail[200];
};

/* A body that is no error document gives two empty strings. */
void kbs_msg_error(const char *text, size_t len, struct kbs_error *ret);

/*
 * "kbs:///<repository>/<type>/<tag>" -> "resource/<repository>/<type>/<tag>",
 * "kbs+<plugin>:///<path>?<query>" -> "<plugin>/<path>?<query>".  -EINVAL with
 * CODE_CONFIG when it is neither, or a segment is not as Trustee matches it.
 */
int kbs_msg_path(const char *uri, char ret[static KBS_PATH_MAX],
		 struct reason *why) must_check;

#endif /* KBS_MSG_H */
