/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "crypto.h"
#include "encode.h"
#include "json.h"
#include "nebula.h"

#define CERTIFICATE	"-----BEGIN NEBULA CERTIFICATE"
#define KEY_BEGIN	"-----BEGIN NEBULA X25519 PRIVATE KEY-----\n"
#define KEY_END		"\n-----END NEBULA X25519 PRIVATE KEY-----\n"

/* Characters of base64 for a key. */
#define KEY_CHARS	44

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_TUNNEL, "%s", text);
}

void nebula_free(struct nebula *n)
{
	secret_free(&n->key);
	buf_free(&n->certificate);
	buf_free(&n->ca);
	*n = (struct nebula){ 0 };
}

/* --- the credential --- */

/* An array of bytes as numbers; each goes to PUT. */
static int bytes_of(const struct json *j, const char *name,
		    struct secret *ret, struct reason *why)
{
	const struct json_token *list = json_member(j, json_root(j), name), *t;
	cleanup_secret struct secret s = { 0 };
	uint64_t v;
	size_t i = 0;

	if (!list || list->type != JSON_ARRAY || list->count == 0 ||
	    list->count > NEBULA_PEM_MAX)
		return bad(why, "the credential lacks one of node_crt, node_key, "
			   "ca_crt");
	if (secret_alloc(&s, list->count) < 0)
		return reason_set(why, -ENOMEM, CODE_INTERNAL, "out of memory");
	for (t = json_first(j, list); t; t = json_next(j, list, t)) {
		if (json_u64(j, t, UINT8_MAX, &v) < 0)
			return bad(why, "the credential is not of bytes");
		/* Text, or the files could hold what nobody has looked at. */
		if (v != '\n' && (v < ' ' || v > '~'))
			return bad(why, "the credential is not PEM");
		s.data[i++] = (uint8_t)v;
	}
	secret_move(ret, &s);
	return 0;
}

static int certificate_of(const struct json *j, const char *name,
			  struct buf *ret, struct reason *why)
{
	cleanup_secret struct secret s = { 0 };
	int r = bytes_of(j, name, &s, why);

	if (r < 0)
		return r;
	if (s.len < strlen(CERTIFICATE) ||
	    memcmp(s.data, CERTIFICATE, strlen(CERTIFICATE)) != 0)
		return bad(why, "the credential has no Nebula certificate");
	*ret = (struct buf)BUF(NEBULA_PEM_MAX + 1);
	buf_add(ret, s.data, s.len);
	return buf_cstr(ret) ? 0 : reason_set(why, -ENOMEM, CODE_INTERNAL,
					      "out of memory");
}

static int key_of(const struct json *j, struct nebula *n, struct reason *why)
{
	const size_t begin = strlen(KEY_BEGIN), end = strlen(KEY_END);
	cleanup_secret struct secret s = { 0 }, key = { 0 };
	int r = bytes_of(j, "node_key", &s, why);

	if (r < 0)
		return r;
	if (s.len != begin + KEY_CHARS + end ||
	    memcmp(s.data, KEY_BEGIN, begin) != 0 ||
	    memcmp(s.data + begin + KEY_CHARS, KEY_END, end) != 0 ||
	    !tunnel_secret_key((const char *)s.data + begin, KEY_CHARS, &key))
		return bad(why, "the credential's key is not X25519 in PEM");
	r = x25519_public(&key, n->public_key);
	if (r < 0)
		return reason_set(why, r, CODE_INTERNAL,
				  "cannot make the public key");
	secret_move(&n->key, &s);
	return 0;
}

/*
 * The public key stands in the certificate as it is, in its first form
 * (protobuf) and its second (ASN.1).
 */
static bool has_key(const struct nebula *n)
{
	cleanup_buf struct buf chars = BUF(NEBULA_PEM_MAX);
	uint8_t raw[NEBULA_PEM_MAX];
	const char *p = strchr((const char *)n->certificate.data, '\n');
	size_t len, i;

	for (; p && *p && *p != '-'; p++)
		if (*p != '\n')
			buf_add(&chars, p, 1);
	if (!buf_cstr(&chars) ||
	    b64_decode(buf_cstr(&chars), chars.len, B64_STD, raw, sizeof(raw),
		       &len) < 0)
		return false;
	for (i = 0; i + TUNNEL_KEY_LEN <= len; i++)
		if (memcmp(raw + i, n->public_key, TUNNEL_KEY_LEN) == 0)
			return true;
	return false;
}

int nebula_parse_credential(const struct secret *text, struct nebula *ret,
			    struct reason *why)
{
	cleanup_json struct json j = { 0 };
	int r = json_parse(&j, (const char *)text->data, text->len, CODE_TUNNEL,
			   NULL);

	if (r == -EBADMSG || r == -EMSGSIZE)
		return bad(why, "the credential is not proper JSON");
	if (r == 0)
		r = certificate_of(&j, "node_crt", &ret->certificate, why);
	if (r == 0)
		r = certificate_of(&j, "ca_crt", &ret->ca, why);
	if (r == 0)
		r = key_of(&j, ret, why);
	if (r < 0)
		return r;
	return has_key(ret) ? 0 : bad(why, "the credential's key is not that of "
				      "its certificate");
}

/* --- the settings --- */

/* A member of some characters that mean nothing in YAML; false if it is bad. */
static bool word(const struct json *j, const struct json_token *object,
		 const char *name, char ret[static NEBULA_WORD_MAX])
{
	const struct json_token *t = json_member(j, object, name);
	size_t i;

	if (!t)
		return true;
	if (json_string(j, t, ret, NEBULA_WORD_MAX) < 0 || !ret[0])
		return false;
	for (i = 0; ret[i]; i++)
		if (!((ret[i] >= 'a' && ret[i] <= 'z') ||
		      (ret[i] >= 'A' && ret[i] <= 'Z') ||
		      (ret[i] >= '0' && ret[i] <= '9') ||
		      ret[i] == '-' || ret[i] == '_'))
			return false;
	return true;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* "any", a port, or two with a dash between them. */
static bool port_is_good(const char *text)
{
	char first[NEBULA_WORD_MAX] = "";
	const char *dash = strchr(text, '-');
	uint64_t from, to;

	if (strcmp(text, "any") == 0)
		return true;
	if (!dash)
		return parse_u64(text, 1, 65535, &from) == 0;
	memcpy(first, text, (size_t)(dash - text));
	return parse_u64(first, 1, 65535, &from) == 0 &&
	       parse_u64(dash + 1, from, 65535, &to) == 0;
}

static bool parse_rule(const struct json *j, const struct json_token *object,
		       struct nebula_rule *r)
{
	static const char *const keys[] = { "port", "proto", "group", NULL };
	static const char *const protos[] = { "any", "tcp", "udp", "icmp", NULL };

	*r = (struct nebula_rule){ 0 };
	return object->type == JSON_OBJECT &&
	       json_only(j, object, keys, CODE_TUNNEL, NULL) &&
	       word(j, object, "port", r->port) && port_is_good(r->port) &&
	       word(j, object, "proto", r->proto) &&
	       is_one_of(r->proto, protos) && word(j, object, "group", r->group);
}

static bool parse_lighthouse(const struct json *j,
			     const struct json_token *object,
			     struct nebula_lighthouse *l)
{
	static const char *const keys[] = { "address", "endpoints", NULL };
	const struct json_token *list, *t;
	struct tunnel_prefix unused;

	*l = (struct nebula_lighthouse){ 0 };
	if (object->type != JSON_OBJECT ||
	    !json_only(j, object, keys, CODE_TUNNEL, NULL) ||
	    json_string(j, json_member(j, object, "address"), l->address,
			sizeof(l->address)) < 0 ||
	    strchr(l->address, '/') || !tunnel_prefix(l->address, &unused))
		return false;
	list = json_member(j, object, "endpoints");
	if (!list || list->type != JSON_ARRAY || list->count == 0 ||
	    list->count > NEBULA_ENDPOINTS_MAX)
		return false;
	for (t = json_first(j, list); t; t = json_next(j, list, t)) {
		char *endpoint = l->endpoints[l->endpoint_count++];

		if (json_string(j, t, endpoint, TUNNEL_ENDPOINT_MAX) < 0 ||
		    !tunnel_endpoint_is_good(endpoint))
			return false;
	}
	return true;
}

static int parse_lists(const struct json *j, struct nebula *n,
		       struct reason *why)
{
	const struct json_token *lighthouses, *inbound, *t;

	lighthouses = json_member(j, json_root(j), "lighthouses");
	inbound = json_member(j, json_root(j), "inbound");
	if (!lighthouses || lighthouses->type != JSON_ARRAY ||
	    lighthouses->count == 0 ||
	    lighthouses->count > NEBULA_LIGHTHOUSES_MAX)
		return bad(why, "the settings have no lighthouses, or too many");
	for (t = json_first(j, lighthouses); t; t = json_next(j, lighthouses, t))
		if (!parse_lighthouse(j, t, &n->lighthouses[n->lighthouse_count++]))
			return bad(why, "a lighthouse of the settings is malformed");
	if (!inbound)
		return 0;
	if (inbound->type != JSON_ARRAY || inbound->count > NEBULA_RULES_MAX)
		return bad(why, "the settings' inbound rules are malformed");
	for (t = json_first(j, inbound); t; t = json_next(j, inbound, t))
		if (!parse_rule(j, t, &n->inbound[n->inbound_count++]))
			return bad(why, "an inbound rule of the settings is "
				   "malformed");
	return 0;
}

int nebula_parse_settings(const struct secret *text, struct nebula *ret,
			  struct reason *why)
{
	static const char *const keys[] = {
		"lighthouses", "listen-port", "inbound", NULL
	};
	cleanup_json struct json j = { 0 };
	const struct json_token *port;
	uint64_t v = 0;
	int r = json_parse(&j, (const char *)text->data, text->len, CODE_TUNNEL,
			   why);

	if (r < 0)
		return r;
	if (!json_only(&j, json_root(&j), keys, CODE_TUNNEL, NULL))
		return bad(why, "the settings have a member that is not known");
	port = json_member(&j, json_root(&j), "listen-port");
	if (port && json_u64(&j, port, 65535, &v) < 0)
		return bad(why, "the settings' listen-port is malformed");
	ret->listen_port = (unsigned)v;
	ret->lighthouse_count = ret->inbound_count = 0;
	return parse_lists(&j, ret, why);
}
