/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h - waits until the KBS can be asked
 *
 * The addresses and routes are made by the initramfs's network tool; nothing
 * that DHCP wrote is read but name servers, as literal addresses.  All of it
 * belongs to the host: it can delay us, and TLS sees to the rest.
 */
#ifndef NET_H
#define NET_H

#include "util.h"

struct config;

/*
 * Waits until the kernel has a route, with a usable source address, to a server
 * that the configuration names: the proxy, else a KBS given by its address,
 * else the name servers.  Sets up /etc/resolv.conf on the way (resolver.h).
 * -EAGAIN with NETWORK after config->network.wait seconds.
 */
int net_wait(const struct config *config) must_check;

#endif /* NET_H */
