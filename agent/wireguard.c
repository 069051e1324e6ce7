/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>

#include "log.h"
#include "netlink.h"
#include "wireguard.h"

static int cannot(int r, const char *name, const char *what)
{
	return fail(r, CODE_TUNNEL, "'%s': cannot %s: %s", name, what,
		    strerror(-r));
}

/* --- the interface --- */

static int add_link(struct netlink *n, const char *name, unsigned mtu)
{
	const struct ifinfomsg i = { .ifi_family = AF_UNSPEC };
	size_t info;

	netlink_begin(n, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof(i));
	netlink_put_text(n, IFLA_IFNAME, name);
	if (mtu)
		netlink_put_u32(n, IFLA_MTU, mtu);
	info = netlink_nest(n, IFLA_LINKINFO);
	netlink_put_text(n, IFLA_INFO_KIND, "wireguard");
	netlink_end(n, info);
	return netlink_send(n);
}

static int set_up(struct netlink *n, int index)
{
	const struct ifinfomsg i = {
		.ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};

	netlink_begin(n, RTM_NEWLINK, 0, &i, sizeof(i));
	return netlink_send(n);
}

static int add_address(struct netlink *n, int index, const char *text)
{
	struct tunnel_prefix p;
	struct ifaddrmsg a = { .ifa_index = (unsigned)index };

	if (!tunnel_prefix(text, &p))
		return -EINVAL;
	a.ifa_family = (uint8_t)p.family;
	a.ifa_prefixlen = (uint8_t)p.len;
	/* Nobody else is on this link who could have the address. */
	if (p.family == AF_INET6)
		a.ifa_flags = IFA_F_NODAD;
	netlink_begin(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &a, sizeof(a));
	netlink_put(n, IFA_LOCAL, p.address, tunnel_address_len(&p));
	netlink_put(n, IFA_ADDRESS, p.address, tunnel_address_len(&p));
	return netlink_send(n);
}

/* A route's bits behind its prefix must be zero. */
static void mask(struct tunnel_prefix *p)
{
	unsigned i;

	for (i = p->len; i < 8 * tunnel_address_len(p); i++)
		p->address[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}

/* The kernel has made a route for the addresses' own prefix: that is fine. */
static int add_route(struct netlink *n, int index, const char *text)
{
	struct tunnel_prefix p;
	struct rtmsg m = {
		.rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
		.rtm_type = RTN_UNICAST,
	};
	int r;

	if (!tunnel_prefix(text, &p))
		return -EINVAL;
	mask(&p);
	m.rtm_family = (uint8_t)p.family;
	m.rtm_dst_len = (uint8_t)p.len;
	m.rtm_scope = p.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	netlink_begin(n, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof(m));
	netlink_put(n, RTA_DST, p.address, tunnel_address_len(&p));
	netlink_put_u32(n, RTA_OIF, (uint32_t)index);
	r = netlink_send(n);
	return r == -EEXIST ? 0 : r;
}

/* --- WireGuard --- */

static void put_allowed_ips(struct netlink *n, const struct tunnel_list *list)
{
	size_t outer = netlink_nest(n, WGPEER_A_ALLOWEDIPS), inner, i;
	struct tunnel_prefix p;

	for (i = 0; i < list->count; i++) {
		uint8_t bits;

		/* It was checked when the credentials were read. */
		if (!tunnel_prefix(list->text[i], &p))
			continue;
		bits = (uint8_t)p.len;
		inner = netlink_nest(n, 0);
		netlink_put_u16(n, WGALLOWEDIP_A_FAMILY, (uint16_t)p.family);
		netlink_put(n, WGALLOWEDIP_A_IPADDR, p.address,
			    tunnel_address_len(&p));
		netlink_put(n, WGALLOWEDIP_A_CIDR_MASK, &bits, 1);
		netlink_end(n, inner);
	}
	netlink_end(n, outer);
}

/*
 * Answers need not be true: the peer proves who it is with its key.  None at all
 * may be another time.
 */
static int resolve(const char *endpoint, struct addrinfo **ret)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	char host[TUNNEL_ENDPOINT_MAX], *colon;
	size_t len = strlen(endpoint);

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, endpoint, len + 1);
	colon = strrchr(host, ':');
	if (!colon)
		return -EINVAL;
	*colon = '\0';
	len = strlen(host);
	if (host[0] == '[') {
		host[len - 1] = '\0';
		memmove(host, host + 1, len - 1);
	}
	return getaddrinfo(host, colon + 1, &hints, ret) == 0 ? 0 : -EAGAIN;
}

static int put_endpoint(struct netlink *n, const char *endpoint)
{
	struct addrinfo *found = NULL;
	int r = resolve(endpoint, &found);

	if (r < 0)
		return fail(r, CODE_TUNNEL, "cannot resolve '%.200s'", endpoint);
	netlink_put(n, WGPEER_A_ENDPOINT, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

static int put_peer(struct netlink *n, const struct tunnel_peer *p)
{
	size_t place = netlink_nest(n, 0);
	int r = 0;

	netlink_put(n, WGPEER_A_PUBLIC_KEY, p->public_key, TUNNEL_KEY_LEN);
	if (p->preshared_key.data)
		netlink_put(n, WGPEER_A_PRESHARED_KEY, p->preshared_key.data,
			    TUNNEL_KEY_LEN);
	if (p->endpoint[0])
		r = put_endpoint(n, p->endpoint);
	if (p->keepalive)
		netlink_put_u16(n, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
				(uint16_t)p->keepalive);
	put_allowed_ips(n, &p->allowed_ips);
	netlink_end(n, place);
	return r;
}

static int set_device(const char *name, const struct tunnel *t)
{
	const struct genlmsghdr g = {
		.cmd = WG_CMD_SET_DEVICE, .version = WG_GENL_VERSION,
	};
	cleanup_netlink struct netlink n = NETLINK_NONE;
	uint16_t family;
	size_t place, i;
	int r;

	r = netlink_open(NETLINK_GENERIC, &n);
	if (r == 0)
		r = netlink_family(&n, WG_GENL_NAME, &family);
	if (r < 0)
		return cannot(r, name, "speak to WireGuard");
	netlink_begin(&n, family, 0, &g, sizeof(g));
	netlink_put_text(&n, WGDEVICE_A_IFNAME, name);
	netlink_put(&n, WGDEVICE_A_PRIVATE_KEY, t->private_key.data,
		    TUNNEL_KEY_LEN);
	if (t->listen_port)
		netlink_put_u16(&n, WGDEVICE_A_LISTEN_PORT,
				(uint16_t)t->listen_port);
	place = netlink_nest(&n, WGDEVICE_A_PEERS);
	for (i = 0; i < t->peer_count && r == 0; i++)
		r = put_peer(&n, &t->peers[i]);
	netlink_end(&n, place);
	if (r < 0)
		return r;
	r = netlink_send(&n);
	return r < 0 ? cannot(r, name, "set key and peers") : 0;
}

static int add_routes(struct netlink *n, int index, const struct tunnel *t)
{
	size_t i, k;
	int r = 0;

	for (i = 0; i < t->peer_count && r == 0; i++)
		for (k = 0; k < t->peers[i].allowed_ips.count && r == 0; k++)
			r = add_route(n, index, t->peers[i].allowed_ips.text[k]);
	return r;
}

/* The interface is there; the rest, and what failed. */
static int fill(struct netlink *n, const char *name, const struct tunnel *t)
{
	int index = (int)if_nametoindex(name), r;
	size_t i;

	r = set_device(name, t);
	if (r < 0)
		return r;
	for (i = 0; i < t->addresses.count && r == 0; i++)
		r = add_address(n, index, t->addresses.text[i]);
	if (r < 0)
		return cannot(r, name, "set the addresses");
	r = set_up(n, index);
	if (r < 0)
		return cannot(r, name, "bring the interface up");
	r = add_routes(n, index, t);
	return r < 0 ? cannot(r, name, "set the routes") : 0;
}

int wireguard_up(const char *name, const struct tunnel *t)
{
	cleanup_netlink struct netlink n = NETLINK_NONE;
	int r = netlink_open(NETLINK_ROUTE, &n);

	if (r < 0)
		return cannot(r, name, "speak to the kernel");
	r = add_link(&n, name, t->mtu);
	if (r == -EOPNOTSUPP)
		return fail(r, CODE_TUNNEL, "'%s': the kernel has no WireGuard; "
			    "is the module in the initramfs?", name);
	if (r < 0)
		return cannot(r, name, "make the interface");
	r = fill(&n, name, t);
	if (r < 0)
		wireguard_down(name);
	return r;
}

void wireguard_down(const char *name)
{
	struct ifinfomsg i = { .ifi_family = AF_UNSPEC };
	cleanup_netlink struct netlink n = NETLINK_NONE;
	int r;

	i.ifi_index = (int)if_nametoindex(name);
	if (i.ifi_index == 0)
		return;
	r = netlink_open(NETLINK_ROUTE, &n);
	if (r == 0) {
		netlink_begin(&n, RTM_DELLINK, 0, &i, sizeof(i));
		r = netlink_send(&n);
	}
	if (r < 0)
		log_warn("cannot remove '%s': %s", name, strerror(-r));
}
