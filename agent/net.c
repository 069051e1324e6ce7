/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "config.h"
#include "log.h"
#include "net.h"
#include "resolver.h"

/* Events can be missed, and resolv.conf is written without one. */
#define LOOK_AGAIN_MS	1000

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* TEXT is a literal IPv4 or IPv6 address. */
static bool address_parse(const char *text, union address *ret)
{
	*ret = (union address){ 0 };
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(53);
		return true;
	}
	if (inet_pton(AF_INET6, text, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(53);
		return true;
	}
	return false;
}

static bool source_is_usable(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr != htonl(INADDR_ANY);
	return !IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr) &&
	       !IN6_IS_ADDR_LINKLOCAL(&a->v6.sin6_addr);
}

/* Asks the kernel for a route; connecting a UDP socket sends nothing. */
static bool routable(const union address *to)
{
	cleanup_fd int fd = -1;
	union address from;
	socklen_t len = sizeof(from);

	fd = socket(to->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	if (connect(fd, &to->any, to->any.sa_family == AF_INET ?
		    sizeof(to->v4) : sizeof(to->v6)) < 0 ||
	    getsockname(fd, &from.any, &len) < 0)
		return false;
	return source_is_usable(&from);
}

/* The host part of a URL that config_value.c has accepted. */
static void url_host(const char *url, char *out, size_t size)
{
	const char *host = strstr(url, "://") + 3;
	size_t len;

	if (*host == '[')
		len = strcspn(++host, "]");
	else
		len = strcspn(host, ":");
	len = MIN(len, size - 1);
	memcpy(out, host, len);
	out[len] = '\0';
}

static bool url_reachable(const char *url)
{
	char host[CONFIG_TEXT_MAX];
	union address address;
	struct resolver_servers servers;
	size_t i;

	url_host(url, host, sizeof(host));
	if (address_parse(host, &address))
		return routable(&address);
	resolver_servers(&servers);
	for (i = 0; i < servers.count; i++)
		if (address_parse(servers.text[i], &address) &&
		    routable(&address))
			return true;
	return false;
}

static bool reachable(const struct config *c)
{
	size_t i;

	resolver_setup(c);
	if (c->network.proxy[0])
		return url_reachable(c->network.proxy);
	for (i = 0; i < c->kbs.url_count; i++)
		if (url_reachable(c->kbs.urls[i].text))
			return true;
	return false;
}

/* A socket that becomes readable when links, addresses or routes change. */
static int open_events(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
			     RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_ROUTE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_ROUTE);

	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		close_fd(&fd);
	return fd;
}

/* What the events say is not read: reachable() asks the kernel itself. */
static void wait_event(int fd, int limit_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char unused[4096];

	if (poll(&p, 1, limit_ms) <= 0)
		return;
	while (recv(fd, unused, sizeof(unused), 0) > 0)
		;
}

int net_wait(const struct config *config)
{
	cleanup_fd int fd = open_events();
	int64_t end = clock_ms() + (int64_t)config->network.wait * 1000;

	while (!reachable(config)) {
		int64_t left = end - clock_ms();

		if (left <= 0)
			return fail(-EAGAIN, CODE_NETWORK,
				    "no route to a KBS, proxy or name server "
				    "after %u s", (unsigned)config->network.wait);
		wait_event(fd, (int)MIN(left, LOOK_AGAIN_MS));
	}
	return 0;
}
