/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>

#include "encode.h"
#include "tunnel.h"

size_t tunnel_address_len(const struct tunnel_prefix *p)
{
	return p->family == AF_INET ? 4 : 16;
}

bool tunnel_prefix(const char *text, struct tunnel_prefix *ret)
{
	size_t len = strlen(text), n = strcspn(text, "/");
	struct tunnel_prefix p = { .family = AF_INET };
	char host[TUNNEL_ADDRESS_MAX];
	uint64_t bits;

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, p.address) != 1) {
		p.family = AF_INET6;
		if (inet_pton(AF_INET6, host, p.address) != 1)
			return false;
	}
	bits = 8 * tunnel_address_len(&p);
	if (text[n] && parse_u64(text + n + 1, 0, bits, &bits) < 0)
		return false;
	p.len = (unsigned)bits;
	*ret = p;
	return true;
}

bool tunnel_add_address(struct tunnel_list *list, const char *text,
			bool prefix_allowed)
{
	struct tunnel_prefix unused;

	if (list->count == TUNNEL_LIST_MAX || !tunnel_prefix(text, &unused) ||
	    (!prefix_allowed && strchr(text, '/')))
		return false;
	memcpy(list->text[list->count++], text, strlen(text) + 1);
	return true;
}

/* host:port or [IPv6]:port; the host is a name or an address. */
bool tunnel_endpoint_is_good(const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[TUNNEL_ENDPOINT_MAX];
	struct in6_addr unused;
	uint64_t port;
	size_t n, i;

	if (!colon || strlen(text) >= TUNNEL_ENDPOINT_MAX ||
	    parse_u64(colon + 1, 1, 65535, &port) < 0)
		return false;
	n = (size_t)(colon - text);
	if (text[0] == '[') {
		if (n < 3 || text[n - 1] != ']')
			return false;
		memcpy(host, text + 1, n - 2);
		host[n - 2] = '\0';
		return inet_pton(AF_INET6, host, &unused) == 1;
	}
	if (n == 0 || text[0] == '.' || text[0] == '-')
		return false;
	for (i = 0; i < n; i++)
		if (!((text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= 'a' && text[i] <= 'z') ||
		      (text[i] >= '0' && text[i] <= '9') ||
		      text[i] == '.' || text[i] == '-'))
			return false;
	return true;
}

bool tunnel_public_key(const char *text, size_t len,
		       uint8_t ret[static TUNNEL_KEY_LEN])
{
	size_t n;

	return b64_decode(text, len, B64_STD, ret, TUNNEL_KEY_LEN, &n) == 0 &&
	       n == TUNNEL_KEY_LEN;
}

bool tunnel_secret_key(const char *text, size_t len, struct secret *ret)
{
	cleanup_secret struct secret key = { 0 };

	if (b64_decode_secret(text, len, B64_STD, &key) < 0 ||
	    key.len != TUNNEL_KEY_LEN)
		return false;
	secret_move(ret, &key);
	return true;
}

static const char *check_key(const struct tunnel *t)
{
	if (!t->private_key.data && !t->generate)
		return "the credentials have no private key";
	if (t->registration[0] && !t->generate)
		return "a key that others know is not registered";
	return NULL;
}

static const char *check_peers(const struct tunnel *t)
{
	static const uint8_t none[TUNNEL_KEY_LEN];
	size_t i, k;

	if (t->registration[0])
		return t->addresses.count || t->peer_count ? "the credentials have "
		       "what the registration is to give" : NULL;
	if (t->addresses.count == 0)
		return "the credentials have no address";
	if (t->peer_count == 0)
		return "the credentials have no peer";
	for (i = 0; i < t->peer_count; i++) {
		if (equal_ct(t->peers[i].public_key, none, sizeof(none)))
			return "a peer has no public key";
		for (k = 0; k < i; k++)
			if (equal_ct(t->peers[i].public_key,
				     t->peers[k].public_key, TUNNEL_KEY_LEN))
				return "a peer is there twice";
	}
	return NULL;
}

static int check(const struct tunnel *t, struct reason *why)
{
	const char *wrong = check_key(t) ?: check_peers(t);

	return wrong ? reason_set(why, -EBADMSG, CODE_TUNNEL, "%s", wrong) : 0;
}

static bool overlap(const struct tunnel_prefix *a, const struct tunnel_prefix *b)
{
	unsigned bits = MIN(a->len, b->len), whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return a->family == b->family &&
	       memcmp(a->address, b->address, whole) == 0 &&
	       (bits % 8 == 0 ||
		((a->address[whole] ^ b->address[whole]) & mask) == 0);
}

static bool peers_overlap(const struct tunnel_list *a, const struct tunnel_list *b)
{
	struct tunnel_prefix p, q;
	size_t i, k;

	for (i = 0; i < a->count; i++)
		for (k = 0; k < b->count; k++)
			if (tunnel_prefix(a->text[i], &p) &&
			    tunnel_prefix(b->text[k], &q) && overlap(&p, &q))
				return true;
	return false;
}

/* Two halves make a whole. */
static bool has_default(const struct tunnel_list *list)
{
	struct tunnel_prefix p;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (tunnel_prefix(list->text[i], &p) &&
		    p.len < (p.family == AF_INET ? 8 : 16))
			return true;
	return false;
}

int tunnel_check_routes(const struct tunnel *t, bool default_allowed,
			struct reason *why)
{
	const char *wrong = NULL;
	size_t i, k;

	for (i = 0; i < t->peer_count && !wrong; i++) {
		const struct tunnel_list *list = &t->peers[i].allowed_ips;

		if (!default_allowed && has_default(list))
			wrong = "a peer would be the default route, and "
				"default-route is not set";
		for (k = 0; k < i && !wrong; k++)
			if (peers_overlap(list, &t->peers[k].allowed_ips))
				wrong = "the allowed-ips of two peers overlap";
	}
	return wrong ? reason_set(why, -EBADMSG, CODE_TUNNEL, "%s", wrong) : 0;
}

int tunnel_parse(const struct secret *text, struct tunnel *ret,
		 struct reason *why)
{
	int r;

	*ret = (struct tunnel){ 0 };
	if (text->len == 0)
		return reason_set(why, -EBADMSG, CODE_TUNNEL,
				  "the credentials are empty");
	if (text->data[0] == '{')
		r = tunnel_parse_json(text, ret, why);
	else
		r = tunnel_parse_quick(text, ret, why);
	return r < 0 ? r : check(ret, why);
}

void tunnel_free(struct tunnel *t)
{
	size_t i;

	secret_free(&t->private_key);
	for (i = 0; i < TUNNEL_PEERS_MAX; i++)
		secret_free(&t->peers[i].preshared_key);
	*t = (struct tunnel){ 0 };
}
