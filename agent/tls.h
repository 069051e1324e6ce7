/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls.h - whom we believe to be the KBS
 *
 * The server is known by a CA of the configuration, by the SHA-256 of its
 * public key (SPKI, RFC 7469 2.4), or both.  The clock belongs to the host: a
 * clock before the build of this program counts as the time of that build, and
 * where the key itself is pinned, dates say nothing and are not looked at.
 */
#ifndef TLS_H
#define TLS_H

#include "util.h"

#define TLS_PIN_LEN	32

struct tls_policy {
	bool ca;			/* the chain must verify */
	const uint8_t (*pins)[TLS_PIN_LEN];
	size_t pin_count;		/* 0: any key that the CA vouches for */

	/* Results of the last handshake. */
	bool seen;			/* the server showed a certificate */
	bool accepted;
	const char *why;		/* not accepted: a clause, constant */
	uint8_t spki[TLS_PIN_LEN];	/* SHA-256 of the server's public key */
};

/*
 * Makes the handshakes of an mbedtls_ssl_config obey *P, which must outlive
 * it.  Called from curl's CURLOPT_SSL_CTX_FUNCTION.
 */
void tls_policy_install(void *ssl_config, struct tls_policy *p);

#endif /* TLS_H */
