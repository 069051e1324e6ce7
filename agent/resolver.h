/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolver.h - the name servers that the C library's resolver asks
 *
 * musl reads /etc/resolv.conf and nothing else, and few initramfs write it.
 * Only literal addresses are taken from files that DHCP has filled; search
 * domains and options are left alone.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "config.h"

struct resolver_servers {
	char text[CONFIG_DNS_MAX][CONFIG_NAME_MAX];
	size_t count;
};

/* The name servers that /etc/resolv.conf holds now. */
void resolver_servers(struct resolver_servers *ret);

/*
 * Writes /etc/resolv.conf with the servers of the configuration; without any,
 * and when the file names none, with those that systemd-networkd, resolved,
 * NetworkManager or ipconfig have learned.  Failure is not an error: names do
 * not resolve then, and the KBS may be given by its address.
 */
void resolver_setup(const struct config *config);

/*
 * Adds the addresses of each line of TEXT that begins with KEY ("nameserver ",
 * "DNS=" or "IPV4DNS?='"; ? is any character) up to a quote, as far as there is
 * room.  An unspecified IPv4 address is none.  Pure.
 */
void resolver_parse(const char *text, const char *key,
		    struct resolver_servers *ret);

#endif /* RESOLVER_H */
