/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keyprovider.h - where keys and credentials come from
 *
 * A key provider is one file in keyproviders/ that defines one constant struct
 * key_provider, and one line in keyproviders/registry.c.  It is chosen by the
 * scheme of the URI that the configuration names.
 *
 * A provider carries messages and decides nothing.  What the evidence binds is
 * put together in evidence.c, the same for all.
 */
#ifndef KEYPROVIDER_H
#define KEYPROVIDER_H

#include "buf.h"
#include "crypto.h"
#include "ear.h"
#include "limits.h"
#include "tls.h"

struct attester;
struct config;
struct reason;
struct secret;

/* What one attestation knows; lives as long as keys are fetched. */
struct session {
	struct config *config;
	const struct attester *attester;
	struct tee_key *tee_key;	/* made before the network is up; owned */
	void *transport;		/* the provider's own; see close() */
	struct buf nonce;		/* from challenge() */
	enum hash hash;			/* selected by it; HASH_COUNT: none */

	/* For the report and for measuring; filled by the provider. */
	const char *url;		/* the server that answered, owned by config */
	bool has_identity;
	uint8_t identity[TLS_PIN_LEN];	/* SHA-256 of its public key */
	struct ear ear;

	unsigned retry_after;		/* seconds that the server asked for, or 0 */
	bool denied;			/* the last failure was a refusal */
};

struct key_provider {
	const char *name;		/* "kbs" */

	/* This provider serves URI; else false.  Bad syntax fills *WHY. */
	bool (*serves)(const char *uri);
	int (*check_uri)(const char *uri, struct reason *why);

	/*
	 * What URI, which it serves, names can be fetched once, and OTHER names
	 * the same.  NULL: it can be fetched again.
	 */
	bool (*same)(const char *uri, const char *other);

	/*
	 * One call for each step of the boot, in this order.  NULL means that
	 * the step is not needed.  Each returns 0 or, with the reason kept:
	 *
	 * -EAGAIN	not now; the boot starts again from challenge()
	 * -EACCES	the other side said no, or is not who it should be
	 * -EBADMSG	the answer is not what the protocol allows
	 *
	 * All but -EAGAIN are final.  ret_ arguments change on success only.
	 */
	int (*challenge)(struct session *s);
	int (*attest)(struct session *s, const struct buf *evidence);
	int (*fetch)(struct session *s, const char *uri, struct secret *ret);

	/* Frees s->transport; NULL is fine. */
	void (*close)(struct session *s);
};

/* By scheme; NULL if there is none. */
const struct key_provider *key_provider_find(const char *uri);

/*
 * The provider that attests, once for all URIs of C; NULL when none of them
 * needs that.  Without any URI it is the KBS.
 */
const struct key_provider *key_provider_attesting(const struct config *c);

void session_free(struct session *s);

#endif /* KEYPROVIDER_H */
