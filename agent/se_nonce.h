/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * se_nonce.h - what a KBS asks of IBM Secure Execution
 *
 * There the nonce is a JSON text: a request that only the ultravisor of certain
 * machines can decrypt, the sizes of its answer, and what the KBS wants to get
 * back, so that it need not remember it.  Source: kbs-wire.md 4.8.
 */
#ifndef SE_NONCE_H
#define SE_NONCE_H

#include "buf.h"
#include "reason.h"

/* Key or nonce under the KBS's RSA key, which may have 16384 bits. */
#define SE_WRAPPED_MAX	2048

/* Digests of pages, addresses and tweaks, and the tag of the image's header. */
#define SE_TAGS_DIGEST_LEN	64
#define SE_TAGS_TAG_LEN		16
#define SE_TAGS_LEN	(3 * SE_TAGS_DIGEST_LEN + SE_TAGS_TAG_LEN)

struct se_nonce {
	struct buf request;	/* to us some bytes */
	uint32_t measurement_len, additional_len;
	struct buf wrapped_key, wrapped_nonce;
	uint8_t tags[SE_TAGS_LEN];
};

#define cleanup_se_nonce	cleanup(se_nonce_free)

/*
 * -EBADMSG with KBS_PROTOCOL and a sentence in *WHY, also when a size is beyond
 * the limits of uv.h; -ENOMEM.  *RET is the caller's to free after success, and
 * is otherwise left alone.  Unknown members are skipped.
 */
int se_nonce_parse(const char *text, size_t len, struct se_nonce *ret,
		   struct reason *why) must_check;

/* An empty one is fine; *N is empty afterwards. */
void se_nonce_free(struct se_nonce *n);

/* Appends the same members, with bytes in hex. */
void se_nonce_json(const struct se_nonce *n, struct buf *ret);

#endif /* SE_NONCE_H */
