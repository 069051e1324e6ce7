/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <string.h>

#include "encode.h"
#include "tunnel.h"

bool tunnel_add_address(struct tunnel_list *list, const char *text,
			bool prefix_allowed)
{
	size_t len = strlen(text), n = strcspn(text, "/");
	char host[TUNNEL_ADDRESS_MAX];
	struct in6_addr unused;
	uint64_t prefix, max;

	if (len >= sizeof(host) || list->count == TUNNEL_LIST_MAX)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, &unused) == 1)
		max = 32;
	else if (inet_pton(AF_INET6, host, &unused) == 1)
		max = 128;
	else
		return false;
	if (text[n] && (!prefix_allowed ||
			parse_u64(text + n + 1, 0, max, &prefix) < 0))
		return false;
	memcpy(list->text[list->count++], text, len + 1);
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

static int check(const struct tunnel *t, struct reason *why)
{
	static const uint8_t none[TUNNEL_KEY_LEN];
	const char *wrong = NULL;
	size_t i, k;

	if (!t->private_key.data)
		wrong = "the credentials have no private key";
	else if (t->addresses.count == 0)
		wrong = "the credentials have no address";
	else if (t->peer_count == 0)
		wrong = "the credentials have no peer";
	for (i = 0; i < t->peer_count && !wrong; i++) {
		if (equal_ct(t->peers[i].public_key, none, sizeof(none)))
			wrong = "a peer has no public key";
		for (k = 0; k < i; k++)
			if (equal_ct(t->peers[i].public_key,
				     t->peers[k].public_key, TUNNEL_KEY_LEN))
				wrong = "a peer is there twice";
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
