/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "json.h"
#include "tunnel.h"

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_TUNNEL, "%s", text);
}

/* Members that are there must be right; those that are not stay as they are. */
static bool number(const struct json *j, const struct json_token *object,
		   const char *name, uint64_t max, unsigned *ret)
{
	const struct json_token *t = json_member(j, object, name);
	uint64_t v;

	if (!t)
		return true;
	if (json_u64(j, t, max, &v) < 0)
		return false;
	*ret = (unsigned)v;
	return true;
}

static bool addresses(const struct json *j, const struct json_token *object,
		      const char *name, bool prefix, struct tunnel_list *ret)
{
	const struct json_token *list = json_member(j, object, name), *t;
	char text[TUNNEL_ADDRESS_MAX];

	if (!list)
		return true;
	if (list->type != JSON_ARRAY)
		return false;
	for (t = json_first(j, list); t; t = json_next(j, list, t))
		if (json_string(j, t, text, sizeof(text)) < 0 ||
		    !tunnel_add_address(ret, text, prefix))
			return false;
	return true;
}

/* Keys are decoded from where they stand in the secret. */
static bool secret_key(const struct json *j, const struct json_token *object,
		       const char *name, struct secret *ret)
{
	const struct json_token *t = json_member(j, object, name);

	return !t || (t->type == JSON_STRING &&
		      tunnel_secret_key(j->text + t->start, t->end - t->start,
					ret));
}

static int parse_peer(const struct json *j, const struct json_token *object,
		      struct tunnel_peer *p, struct reason *why)
{
	static const char *const keys[] = {
		"public-key", "preshared-key", "endpoint", "allowed-ips",
		"persistent-keepalive", NULL
	};
	const struct json_token *t;

	if (object->type != JSON_OBJECT ||
	    !json_only(j, object, keys, CODE_TUNNEL, NULL))
		return bad(why, "a peer has a member that is not known");
	t = json_member(j, object, "public-key");
	if (!t || t->type != JSON_STRING ||
	    !tunnel_public_key(j->text + t->start, t->end - t->start,
			       p->public_key))
		return bad(why, "a peer's public key is not 32 bytes of base64");
	if (!secret_key(j, object, "preshared-key", &p->preshared_key))
		return bad(why, "a preshared key is not 32 bytes of base64");
	t = json_member(j, object, "endpoint");
	if (t && (json_string(j, t, p->endpoint, sizeof(p->endpoint)) < 0 ||
		  !tunnel_endpoint_is_good(p->endpoint)))
		return bad(why, "a peer's endpoint is not host:port");
	if (!addresses(j, object, "allowed-ips", true, &p->allowed_ips))
		return bad(why, "a peer's allowed-ips are malformed");
	if (!number(j, object, "persistent-keepalive", 65535, &p->keepalive))
		return bad(why, "a peer's persistent-keepalive is malformed");
	return 0;
}

static int parse_peers(const struct json *j, struct tunnel *t,
		       struct reason *why)
{
	const struct json_token *list = json_member(j, json_root(j), "peers");
	const struct json_token *p;
	int r;

	if (!list || list->type != JSON_ARRAY)
		return bad(why, "the credentials have no peers");
	for (p = json_first(j, list); p; p = json_next(j, list, p)) {
		if (t->peer_count == TUNNEL_PEERS_MAX)
			return bad(why, "the credentials have too many peers");
		r = parse_peer(j, p, &t->peers[t->peer_count++], why);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_interface(const struct json *j, struct tunnel *t,
			   struct reason *why)
{
	const struct json_token *root = json_root(j);

	if (!json_equals(j, json_member(j, root, "kind"), "wireguard"))
		return bad(why, "the credentials are not of kind wireguard");
	t->generate = json_equals(j, json_member(j, root, "private-key"),
				  "generate");
	if (json_member(j, root, "register") &&
	    json_string(j, json_member(j, root, "register"), t->registration,
			sizeof(t->registration)) < 0)
		return bad(why, "the credentials' 'register' is malformed");
	if (!t->generate && !secret_key(j, root, "private-key", &t->private_key))
		return bad(why, "the private key is not 32 bytes of base64");
	if (!addresses(j, root, "addresses", true, &t->addresses))
		return bad(why, "the addresses are malformed");
	if (!addresses(j, root, "dns", false, &t->dns))
		return bad(why, "the name servers are malformed");
	if (!number(j, root, "mtu", 65535, &t->mtu) ||
	    (t->mtu && t->mtu < 576))
		return bad(why, "the MTU is not from 576 to 65535");
	if (!number(j, root, "listen-port", 65535, &t->listen_port))
		return bad(why, "the listen port is malformed");
	return t->registration[0] && !json_member(j, root, "peers") ? 0 :
	       parse_peers(j, t, why);
}

int tunnel_parse_json(const struct secret *text, struct tunnel *t,
		      struct reason *why)
{
	static const char *const keys[] = {
		"kind", "private-key", "register", "addresses", "dns", "mtu",
		"listen-port", "peers", NULL
	};
	cleanup_json struct json j = { 0 };
	int r = json_parse(&j, (const char *)text->data, text->len, CODE_TUNNEL,
			   NULL);

	/* No sentence of the parser: it may quote the text, which has keys. */
	if (r == -EBADMSG || r == -EMSGSIZE)
		return bad(why, "the credentials are not proper JSON");
	if (r < 0)
		return r;
	if (!json_only(&j, json_root(&j), keys, CODE_TUNNEL, NULL))
		return bad(why, "the credentials have a member that is not known");
	return parse_interface(&j, t, why);
}
