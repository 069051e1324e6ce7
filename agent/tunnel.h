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
	struct secret private_key;
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
