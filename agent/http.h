/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http.h - one request, one capped answer, over a connection that is kept
 *
 * All of libcurl.  Redirects are not followed, compressed answers refused,
 * other schemes than https refused (the test build allows http too).  Proxies
 * and certificates come from the configuration alone.  The metadata service of a
 * cloud, which has no https, is the one exception: only metadata.c asks for it.
 */
#ifndef HTTP_H
#define HTTP_H

#include "buf.h"
#include "limits.h"
#include "tls.h"

struct http;
struct secret;

struct http_config {
	const char *ca;			/* PEM text, or NULL */
	size_t ca_len;
	const uint8_t (*pins)[TLS_PIN_LEN];
	size_t pin_count;
	const struct secret *client_key;	/* PEM; NULL: no client certificate */
	const char *client_cert;	/* PEM text */
	const char *proxy;		/* NULL: none */

	/*
	 * The server is a metadata service: http, and nothing but that; each
	 * request says "Metadata: true"; time and answers are short.
	 */
	bool metadata;
};

struct http_request {
	const char *method;		/* "GET" or "POST" */
	const char *url;
	const char *cookie;		/* value of Cookie:, or NULL */
	const char *bearer;		/* token for Authorization:, or NULL */
	const void *body;		/* JSON; NULL: none */
	size_t body_len;
};

struct http_response {
	long status;
	struct buf body;	/* at most HTTP_BODY_MAX, or METADATA_BODY_MAX */
	char set_cookie[COOKIE_MAX];	/* the first Set-Cookie, to the ';' */
	unsigned retry_after;		/* seconds; 0: not said */
};

/* What CONFIG points to must outlive *RET. */
int http_open(const struct http_config *config, struct http **ret) must_check;
void http_close(struct http *h);

/*
 * 0 with any status from 200 to 599 but 3xx; otherwise the reason is kept and
 *
 * -EAGAIN	no connection, no answer, time limit: KBS_UNREACHABLE
 * -EACCES	the server is not whom we know: KBS_IDENTITY
 * -EBADMSG	the answer breaks the rules above: KBS_PROTOCOL
 *
 * The caller frees RET->body.
 */
int http_request(struct http *h, const struct http_request *rq,
		 struct http_response *ret) must_check;

/* SHA-256 of the public key of the server of the last request; NULL: no TLS. */
const uint8_t *http_identity(const struct http *h);

/* In flavour.c: the test build talks plain http too. */
extern const bool http_plain_allowed;

#endif /* HTTP_H */
