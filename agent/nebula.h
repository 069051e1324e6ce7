/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nebula.h - a host's place in a Nebula network, as the KBS gives it
 *
 * The credential comes from Trustee's nebula-ca plug-in, which makes the key
 * (kbs-wire.md 7.3): {"node_crt":[...],"node_key":[...],"ca_crt":[...]}, each the
 * bytes of a PEM file as numbers.  The settings are a resource of the owner's:
 *
 *   {"lighthouses":[{"address":"10.42.0.1","endpoints":["192.0.2.1:4242"]}],
 *    "listen-port":4242,
 *    "inbound":[{"port":"22","proto":"tcp","group":"admins"},
 *               {"port":"any","proto":"icmp"}]}
 *
 * Only lighthouses is needed.  Whoever has a certificate of the network may come
 * in where no group is named; without inbound, by ICMP alone.  Pure; whatever is
 * not understood is refused.
 *
 * Source of the PEM forms: cert/cert.go of Nebula 1.6 and 1.9.
 */
#ifndef NEBULA_H
#define NEBULA_H

#include "buf.h"
#include "reason.h"
#include "secret.h"
#include "tunnel.h"

#define NEBULA_PEM_MAX		(16 * 1024)
#define NEBULA_LIGHTHOUSES_MAX	8
#define NEBULA_ENDPOINTS_MAX	4
#define NEBULA_RULES_MAX	32
#define NEBULA_WORD_MAX		32

struct nebula_lighthouse {
	char address[TUNNEL_ADDRESS_MAX];	/* inside the network */
	char endpoints[NEBULA_ENDPOINTS_MAX][TUNNEL_ENDPOINT_MAX];
	size_t endpoint_count;
};

struct nebula_rule {
	char port[NEBULA_WORD_MAX];	/* "any", "22", "1000-2000" */
	char proto[NEBULA_WORD_MAX];	/* "any", "tcp", "udp", "icmp" */
	char group[NEBULA_WORD_MAX];	/* "": any host */
};

struct nebula {
	struct secret key;		/* PEM */
	struct buf certificate, ca;	/* PEM */
	uint8_t public_key[TUNNEL_KEY_LEN];
	struct nebula_lighthouse lighthouses[NEBULA_LIGHTHOUSES_MAX];
	size_t lighthouse_count;
	struct nebula_rule inbound[NEBULA_RULES_MAX];
	size_t inbound_count;
	unsigned listen_port;		/* 0: any */
};

/*
 * -EBADMSG with TUNNEL and a sentence without any of the text in *WHY.  The key
 * must be that of the certificate.  nebula_free() wipes and frees what *RET
 * holds, also after an error.
 */
int nebula_parse_credential(const struct secret *text, struct nebula *ret,
			    struct reason *why) must_check;
int nebula_parse_settings(const struct secret *text, struct nebula *ret,
			  struct reason *why) must_check;
void nebula_free(struct nebula *n);

#endif /* NEBULA_H */
