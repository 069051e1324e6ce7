/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tunnel.h - WireGuard credentials, as the KBS gives them
 *
 * JSON or the file of wg-quick(8); both end in the same struct.  JSON:
 *
 *   {"kind":"wireguard","private-key":"<base64>","addresses":["10.0.0.2/24"],
 *    "dns":["10.0.0.1"],"mtu":1420,"listen-port":51820,
 *    "peers":[{"public-key":"<base64>","preshared-key":"<base64>",
 *              "endpoint":"192.0.2.1:51820","allowed-ips":["10.0.0.0/24"],
 *              "persistent-keepalive":25}]}
 *
 * Only private-key, addresses and peers with their public-key are needed.
 *
 * "private-key":"generate" has the key made in this boot, so that nobody else
 * ever had it.  With "register":"kbs+external:///wg/peer?name=vm1" beside it,
 * and nothing else, the public key is told to that plug-in of the KBS, whose
 * answer has the rest: again with "private-key":"generate".
 *
 * Pure; whatever is not understood is refused, since a line that was passed
 * over could be the one that mattered.
 */
#ifndef TUNNEL_H
#define TUNNEL_H

#include "reason.h"
#include "secret.h"

#define TUNNEL_KEY_LEN		32	/* Curve25519 */
#define TUNNEL_PEERS_MAX	64
#define TUNNEL_LIST_MAX		16	/* addresses, name servers, allowed IPs */
#define TUNNEL_ADDRESS_MAX	52	/* an IPv6 address with its prefix */
#define TUNNEL_ENDPOINT_MAX	264
#define TUNNEL_URI_MAX		512

/* An address with the length of its prefix, in bits. */
struct tunnel_prefix {
	int family;			/* AF_INET, AF_INET6 */
	uint8_t address[16];		/* the first 4 of them for AF_INET */
	unsigned len;			/* 32 or 128 where none was given */
};

struct tunnel_list {
	char text[TUNNEL_LIST_MAX][TUNNEL_ADDRESS_MAX];
	size_t count;
};

struct tunnel_peer {
	uint8_t public_key[TUNNEL_KEY_LEN];
	struct secret preshared_key;	/* empty: none */
	char endpoint[TUNNEL_ENDPOINT_MAX];	/* "": none */
	struct tunnel_list allowed_ips;
	unsigned keepalive;		/* seconds; 0: off */
};

struct tunnel {
	struct secret private_key;	/* empty: to be made, generate is set */
	bool generate;
	char registration[TUNNEL_URI_MAX];	/* "": none */
	struct tunnel_list addresses, dns;
	unsigned mtu;			/* 0: not said */
	unsigned listen_port;		/* 0: any */
	struct tunnel_peer peers[TUNNEL_PEERS_MAX];
	size_t peer_count;
};

/*
 * -EBADMSG with TUNNEL and a sentence without any of the text in *WHY.
 * The struct is big: not for the stack.  tunnel_free() wipes and frees what it
 * holds, also after an error.
 */
int tunnel_parse(const struct secret *text, struct tunnel *ret,
		 struct reason *why) must_check;
void tunnel_free(struct tunnel *t);

/*
 * Whether what the peers may send can all be routed: no two peers share an
 * address and, unless DEFAULT_ALLOWED, none is the way to everywhere, whole or
 * in large parts (shorter than /8, or /16 with IPv6).  Errors as above.
 */
int tunnel_check_routes(const struct tunnel *t, bool default_allowed,
			struct reason *why) must_check;

/* The parts of an item of a list; false for what was never in one. */
bool tunnel_prefix(const char *text, struct tunnel_prefix *ret) must_check;
size_t tunnel_address_len(const struct tunnel_prefix *p);

/* --- the pieces that both forms share; tunnel*.c only --- */

/* An address of a list item, with or without prefix as WANT_PREFIX says. */
bool tunnel_add_address(struct tunnel_list *list, const char *text,
			bool prefix_allowed);
bool tunnel_endpoint_is_good(const char *text);

/* LEN characters of base64 into 32 bytes. */
bool tunnel_public_key(const char *text, size_t len,
		       uint8_t ret[static TUNNEL_KEY_LEN]);
bool tunnel_secret_key(const char *text, size_t len, struct secret *ret);

int tunnel_parse_json(const struct secret *text, struct tunnel *t,
		      struct reason *why) must_check;
int tunnel_parse_quick(const struct secret *text, struct tunnel *t,
		       struct reason *why) must_check;

#endif /* TUNNEL_H */
