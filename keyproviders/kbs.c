/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Key Broker Service of CoCo Trustee, RCAR 0.4.0 (kbs-wire.md 1-3).
 */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "config.h"
#include "crypto.h"
#include "http.h"
#include "jwe.h"
#include "kbs_admin.h"
#include "kbs_msg.h"
#include "keyprovider.h"
#include "log.h"
#include "secret.h"

/* A refusal is asked about again after this long at the earliest. */
#define DENIED_WAIT	60

struct kbs {
	struct http *http;
	struct http_config http_config;
	struct buf token;
	char cookie[COOKIE_MAX];
	size_t url;			/* the one in use */
	size_t strangers;		/* servers in a row that were not the KBS */
};

static bool serves(const char *uri)
{
	return strncmp(uri, "kbs:", 4) == 0 || strncmp(uri, "kbs+", 4) == 0;
}

static int check_uri(const char *uri, struct reason *why)
{
	char path[KBS_PATH_MAX];

	return kbs_msg_path(uri, path, why);
}

struct http_config kbs_http_config(struct config *c)
{
	return (struct http_config){
		.ca = c->kbs.ca_path[0] ? buf_cstr(&c->ca) : NULL,
		.ca_len = c->ca.len + 1,
		.pins = c->kbs.pins,
		.pin_count = c->kbs.pin_count,
		.client_cert = buf_cstr(&c->client_cert),
		.client_key = c->kbs.client_key[0] ? &c->client_key : NULL,
		.proxy = c->network.proxy[0] ? c->network.proxy : NULL,
	};
}

static int open_kbs(struct session *s, struct kbs **ret)
{
	struct kbs *k = s->transport;
	int r;

	if (k) {
		*ret = k;
		return 0;
	}
	k = calloc(1, sizeof(*k));
	if (!k)
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	k->token = (struct buf)BUF(TOKEN_MAX);
	k->http_config = kbs_http_config(s->config);
	r = http_open(&k->http_config, &k->http);
	if (r < 0) {
		free(k);
		return r;
	}
	s->transport = k;
	*ret = k;
	return 0;
}

static void close_kbs(struct session *s)
{
	struct kbs *k = s->transport;

	if (!k)
		return;
	http_close(k->http);
	if (k->token.data)
		wipe(k->token.data, k->token.cap);
	buf_free(&k->token);
	wipe(k, sizeof(*k));
	free(k);
	s->transport = NULL;
}

/* The connection or the server failed: the next URL has its turn. */
static void next_url(struct session *s, struct kbs *k)
{
	k->url = (k->url + 1) % s->config->kbs.url_count;
}

/*
 * One exchange with the current server.  A server that is not the KBS is final
 * only when each of the configured ones turned out to be a stranger.
 */
static int exchange(struct session *s, struct kbs *k, const char *method,
		    const char *path, const struct buf *body,
		    struct http_response *ret)
{
	const char *base = s->config->kbs.urls[k->url].text;
	char url[CONFIG_TEXT_MAX + KBS_PATH_MAX + 16];
	struct http_request rq = {
		.method = method, .url = url,
		.cookie = k->cookie[0] ? k->cookie : NULL,
		.body = body ? body->data : NULL,
		.body_len = body ? body->len : 0,
	};
	const uint8_t *identity;
	int r;

	(void)snprintf(url, sizeof(url), "%s/kbs/v0/%s", base, path);
	s->retry_after = 0;
	s->denied = false;
	r = http_request(k->http, &rq, ret);
	if (r == -EACCES && ++k->strangers < s->config->kbs.url_count)
		r = -EAGAIN;
	if (r < 0) {
		next_url(s, k);
		return r;
	}
	k->strangers = 0;
	s->url = base;
	identity = http_identity(k->http);
	s->has_identity = identity != NULL;
	if (identity)
		memcpy(s->identity, identity, TLS_PIN_LEN);
	s->retry_after = ret->retry_after;
	return 0;
}

/* The KBS answers nearly all errors with 401; the body tells which it is. */
static const struct {
	const char *variant, *detail;	/* detail: how it begins, or NULL */
	int r;
	enum code code;
	bool denied;
} errors[] = {
	{ "AttestationError", "Attestation error: RCAR handshake Auth failed: "
	  "KBS Client Protocol Version Mismatch", -EACCES, CODE_KBS_VERSION,
	  false },
	{ "AttestationError", NULL, -EAGAIN, CODE_KBS_REFUSED, true },
	{ "TokenNotFound", NULL, -EAGAIN, CODE_KBS_REFUSED, false },
	{ "TokenVerifierError", NULL, -EAGAIN, CODE_KBS_REFUSED, false },
	{ "PolicyDeny", NULL, -EAGAIN, CODE_KBS_DENIED, true },
	/* Trustee says this also of a resource that it does not have. */
	{ "PluginInternalError", NULL, -EAGAIN, CODE_RESOURCE, true },
	{ "PluginNotFound", NULL, -EACCES, CODE_RESOURCE, false },
	{ "InvalidRequestPath", NULL, -EACCES, CODE_RESOURCE, false },
	{ "JweError", NULL, -EACCES, CODE_JWE, false },
};

static int error_status(struct session *s, const char *path,
			const struct http_response *response)
{
	struct kbs_error e;
	size_t i;

	kbs_msg_error((const char *)response->body.data, response->body.len, &e);
	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		if (strcmp(errors[i].variant, e.variant) != 0 ||
		    (errors[i].detail &&
		     strncmp(errors[i].detail, e.detail,
			     strlen(errors[i].detail)) != 0))
			continue;
		s->denied = errors[i].denied;
		if (s->denied && s->retry_after < DENIED_WAIT)
			s->retry_after = DENIED_WAIT;
		return fail(errors[i].r, errors[i].code,
			    "'%.100s': the KBS answered %s: %.110s", path,
			    e.variant, e.detail);
	}
	if (response->status >= 500 || response->status == 429)
		return fail(-EAGAIN, CODE_KBS_UNREACHABLE,
			    "'%.100s': the server answered with status %ld",
			    path, response->status);
	return fail(-EBADMSG, CODE_KBS_PROTOCOL,
		    "'%.100s': status %ld without an error that a KBS has",
		    path, response->status);
}

/* Status 200 with a body; the caller frees RET->body after success. */
static int ask(struct session *s, struct kbs *k, const char *method,
	       const char *path, const struct buf *body,
	       struct http_response *ret)
{
	int r = exchange(s, k, method, path, body, ret);

	if (r < 0)
		return r;
	if (ret->status == 200)
		return 0;
	if (ret->status < 400)
		r = fail(-EBADMSG, CODE_KBS_PROTOCOL,
			 "'%.100s': status %ld instead of 200", path,
			 ret->status);
	else
		r = error_status(s, path, ret);
	if (r == -EAGAIN && !s->denied)
		next_url(s, k);
	buf_free(&ret->body);
	return r;
}

static int challenge(struct session *s)
{
	cleanup_buf struct buf body = BUF(REQUEST_MAX);
	struct http_response answer;
	struct reason why = { 0 };
	struct kbs *k = NULL;
	int r;

	r = open_kbs(s, &k);
	if (r < 0)
		return r;
	k->cookie[0] = '\0';
	buf_reset(&s->nonce);
	r = kbs_msg_request(s->attester->name, &body);
	if (r == 0)
		r = ask(s, k, "POST", "auth", &body, &answer);
	if (r < 0)
		return r;
	r = kbs_msg_challenge((const char *)answer.body.data, answer.body.len,
			      &s->nonce, &s->hash, &why);
	buf_free(&answer.body);
	if (r < 0)
		return fail_reason(r, &why);
	if (strncmp(answer.set_cookie, "kbs-session-id=", 15) != 0)
		return fail(-EBADMSG, CODE_KBS_PROTOCOL,
			    "the challenge came without a session cookie");
	memcpy(k->cookie, answer.set_cookie, sizeof(k->cookie));
	return 0;
}

static int attest(struct session *s, const struct buf *evidence)
{
	cleanup_buf struct buf body = BUF(REQUEST_MAX), jwk = BUF(4096);
	struct kbs *k = s->transport;
	struct http_response answer;
	struct reason why = { 0 };
	int r;

	buf_reset(&k->token);
	r = tee_key_jwk(s->tee_key, &jwk);
	if (r == 0)
		r = kbs_msg_attestation(buf_cstr(&s->nonce), buf_cstr(&jwk),
					(const char *)evidence->data,
					config_init_data(s->config), &body);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot put the evidence together");
	r = ask(s, k, "POST", "attest", &body, &answer);
	if (r < 0)
		return r;
	r = kbs_msg_token((const char *)answer.body.data, answer.body.len,
			  &k->token, &why);
	buf_free(&answer.body);
	if (r == 0)
		r = ear_parse(buf_cstr(&k->token), &s->ear, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

static int fetch(struct session *s, const char *uri, struct secret *ret)
{
	struct kbs *k = s->transport;
	char path[KBS_PATH_MAX];
	struct http_response answer;
	struct reason why = { 0 };
	int r;

	r = kbs_msg_path(uri, path, &why);
	if (r < 0)
		return fail_reason(r, &why);
	r = ask(s, k, "GET", path, NULL, &answer);
	if (r < 0)
		return r;
	r = jwe_open((const char *)answer.body.data, answer.body.len,
		     s->tee_key, ret, &why);
	buf_free(&answer.body);
	if (r < 0 && why.code)
		return fail(r, why.code, "'%.100s': %.140s", path, why.text);
	return r < 0 ? fail(r, CODE_INTERNAL, "'%.100s': cannot decrypt", path) : 0;
}

const struct key_provider key_provider_kbs = {
	.name = "kbs",
	.serves = serves,
	.check_uri = check_uri,
	.challenge = challenge,
	.attest = attest,
	.fetch = fetch,
	.close = close_kbs,
};
