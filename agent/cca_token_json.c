/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "buf.h"
#include "cca_token.h"
#include "encode.h"

static void put_b64(struct buf *b, const char *name, const void *data, size_t len)
{
	buf_printf(b, ",\"%s\":\"", name);
	buf_b64(b, data, len, B64_STD);
	buf_str(b, "\"");
}

static void put_text(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, "\"%s\":", name);
	buf_json(b, text);
}

/* "sha-256", as IANA and the token call it. */
static const char *iana_name(enum hash alg)
{
	switch (alg) {
	case HASH_SHA256:
		return "sha-256";
	case HASH_SHA384:
		return "sha-384";
	case HASH_SHA512:
		return "sha-512";
	case HASH_SHA1:
	case HASH_SM3:
	case HASH_COUNT:
	default:
		return "unknown";
	}
}

static void put_component(struct buf *b, const struct cca_component *c)
{
	buf_str(b, "{");
	put_text(b, "measurement-type", c->type);
	put_b64(b, "measurement-value", c->value.bytes, c->value.len);
	put_b64(b, "signer-id", c->signer.bytes, c->signer.len);
	buf_str(b, ",");
	put_text(b, "version", c->version);
	buf_str(b, "}");
}

static void put_platform(struct buf *b, const struct cca_platform *p)
{
	size_t i;

	put_text(b, "cca-platform-profile", p->profile);
	put_b64(b, "cca-platform-implementation-id", p->implementation,
		CCA_IMPLEMENTATION_LEN);
	put_b64(b, "cca-platform-instance-id", p->instance, CCA_INSTANCE_LEN);
	put_b64(b, "cca-platform-challenge", p->challenge.bytes,
		p->challenge.len);
	buf_printf(b, ",\"cca-platform-lifecycle\":%u,"
		   "\"cca-platform-sw-components\":[", p->lifecycle);
	for (i = 0; i < p->component_count; i++) {
		buf_str(b, i ? "," : "");
		put_component(b, &p->components[i]);
	}
	buf_str(b, "]");
}

static void put_realm(struct buf *b, const struct cca_realm *m)
{
	size_t i;

	put_text(b, "cca-realm-profile", m->profile);
	put_b64(b, "cca-realm-challenge", m->challenge, CCA_CHALLENGE_LEN);
	put_b64(b, "cca-realm-personalization-value", m->personalization,
		CCA_PERSONALIZATION_LEN);
	put_b64(b, "cca-realm-initial-measurement", m->rim.bytes, m->rim.len);
	buf_str(b, ",\"cca-realm-extensible-measurements\":[");
	for (i = 0; i < CCA_REMS; i++) {
		buf_str(b, i ? ",\"" : "\"");
		buf_b64(b, m->rem[i].bytes, m->rem[i].len, B64_STD);
		buf_str(b, "\"");
	}
	buf_str(b, "],");
	put_text(b, "cca-realm-hash-algo-id", iana_name(m->hash));
	put_b64(b, "cca-realm-public-key", m->rak, m->rak_len);
	buf_str(b, ",");
	put_text(b, "cca-realm-public-key-hash-algo-id", iana_name(m->rak_hash));
}

void cca_token_json(const struct cca_token *t, struct buf *ret)
{
	buf_printf(ret, "{\"tag\":%u,\"platform\":{", t->tag);
	put_platform(ret, &t->platform);
	buf_str(ret, "},\"realm\":{");
	put_realm(ret, &t->realm);
	buf_str(ret, "}}");
}
