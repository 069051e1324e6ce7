/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=socket,--wrap=setsockopt,--wrap=send,--wrap=recvfrom,--wrap=if_nametoindex,--wrap=getaddrinfo */
/* The requests that bring a tunnel up, and a kernel that refuses or is strange. */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/wireguard.h>
#include <net/if.h>
#include <netdb.h>

#include "log.h"
#include "netlink.h"
#include "netlink_fake.h"
#include "wireguard.h"

#define KEY	"postern-marker-wireguard-private"
#define SHARED	"postern-marker-wireguard-psk-001"

int __wrap_getaddrinfo(const char *host, const char *service,
		       const struct addrinfo *hints, struct addrinfo **ret);
int __real_getaddrinfo(const char *host, const char *service,
		       const struct addrinfo *hints, struct addrinfo **ret);

int __wrap_getaddrinfo(const char *host, const char *service,
		       const struct addrinfo *hints, struct addrinfo **ret)
{
	if (strcmp(host, "gateway.test") == 0)
		return EAI_AGAIN;
	return __real_getaddrinfo(host, service, hints, ret);
}

/* --- looking at requests --- */

/* The data of attribute TYPE among those from AT on; NULL: not there. */
static const void *attribute(const uint8_t *at, size_t len, unsigned type,
			     size_t *ret_len)
{
	struct nlattr a;

	for (; len >= sizeof(a); at += (a.nla_len + 3) & ~3,
	     len -= MIN(len, (size_t)((a.nla_len + 3) & ~3))) {
		memcpy(&a, at, sizeof(a));
		if (!CHECK(a.nla_len >= sizeof(a) && a.nla_len <= len))
			return NULL;
		if ((a.nla_type & NLA_TYPE_MASK) != type)
			continue;
		*ret_len = a.nla_len - sizeof(a);
		return at + sizeof(a);
	}
	return NULL;
}

/* As above, of request I, whose own header has SKIP bytes. */
static const void *of_request(size_t i, size_t skip, unsigned type, size_t *len)
{
	skip += sizeof(struct nlmsghdr);
	return attribute(sent[i].data + skip, sent[i].len - skip, type, len);
}

static bool same(const void *got, size_t got_len, const void *want, size_t len)
{
	return got && got_len == len && memcmp(got, want, len) == 0;
}

/* --- the tests --- */

static struct tunnel t;		/* big, so not on the stack */

static void add_text(struct tunnel_list *list, const char *text)
{
	CHECK(tunnel_add_address(list, text, true));
}

static void make_tunnel(void)
{
	tunnel_free(&t);
	if (secret_copy(&t.private_key, KEY, TUNNEL_KEY_LEN) < 0 ||
	    secret_copy(&t.peers[0].preshared_key, SHARED, TUNNEL_KEY_LEN) < 0)
		abort();
	add_text(&t.addresses, "10.99.0.2/24");
	add_text(&t.addresses, "fd99::2");
	t.mtu = 1380;
	t.listen_port = 51821;
	t.peer_count = 2;
	memset(t.peers[0].public_key, 0xa1, TUNNEL_KEY_LEN);
	(void)snprintf(t.peers[0].endpoint, sizeof(t.peers[0].endpoint),
		       "192.0.2.1:51820");
	add_text(&t.peers[0].allowed_ips, "10.99.0.77/24");
	add_text(&t.peers[0].allowed_ips, "fd99::/61");
	t.peers[0].keepalive = 25;
	memset(t.peers[1].public_key, 0xa2, TUNNEL_KEY_LEN);
	(void)snprintf(t.peers[1].endpoint, sizeof(t.peers[1].endpoint),
		       "[2001:db8::1]:4");
}

static int bring_up(size_t at, enum manner manner, int error)
{
	sent_count = 0;
	odd_at = at;
	odd = manner;
	refusal = error;
	link_is_there = false;
	failure_clear();
	return wireguard_up("wg0", &t);
}

/* In the order in which they are sent. */
static const uint16_t requests[] = {
	RTM_NEWLINK, GENL_ID_CTRL, FAMILY, RTM_NEWADDR, RTM_NEWADDR, RTM_NEWLINK,
	RTM_NEWROUTE, RTM_NEWROUTE,
};
enum { LINK, GETFAMILY, DEVICE, ADDRESS_4, ADDRESS_6, UP, ROUTE_4, ROUTE_6 };

static void check_link(void)
{
	const void *p, *info;
	size_t len, info_len;

	p = of_request(LINK, sizeof(struct ifinfomsg), IFLA_IFNAME, &len);
	CHECK(same(p, len, "wg0", 4));
	p = of_request(LINK, sizeof(struct ifinfomsg), IFLA_MTU, &len);
	CHECK(same(p, len, &(uint32_t){ 1380 }, 4));
	info = of_request(LINK, sizeof(struct ifinfomsg), IFLA_LINKINFO, &info_len);
	REQUIRE(info);
	p = attribute(info, info_len, IFLA_INFO_KIND, &len);
	CHECK(same(p, len, "wireguard", 10));
	CHECK_EQ_INT(header(LINK)->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK |
		     NLM_F_CREATE | NLM_F_EXCL);
}

static void check_peer(const uint8_t *peer, size_t peer_len)
{
	static const uint8_t endpoint[] = { 0xca, 0x6c, 192, 0, 2, 1 };
	static const uint8_t allowed[] = { 10, 99, 0, 77 };
	uint8_t key[TUNNEL_KEY_LEN];
	const uint8_t *p, *list;
	size_t len, list_len;

	memset(key, 0xa1, sizeof(key));
	p = attribute(peer, peer_len, WGPEER_A_PUBLIC_KEY, &len);
	CHECK(same(p, len, key, sizeof(key)));
	p = attribute(peer, peer_len, WGPEER_A_PRESHARED_KEY, &len);
	CHECK(same(p, len, SHARED, TUNNEL_KEY_LEN));
	p = attribute(peer, peer_len, WGPEER_A_ENDPOINT, &len);
	CHECK(p && len == 16 && memcmp(p + 2, endpoint, sizeof(endpoint)) == 0);
	p = attribute(peer, peer_len, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, &len);
	CHECK(same(p, len, &(uint16_t){ 25 }, 2));
	list = attribute(peer, peer_len, WGPEER_A_ALLOWEDIPS, &list_len);
	REQUIRE(list);
	list = attribute(list, list_len, 0, &list_len);
	REQUIRE(list);
	p = attribute(list, list_len, WGALLOWEDIP_A_IPADDR, &len);
	CHECK(same(p, len, allowed, sizeof(allowed)));
	p = attribute(list, list_len, WGALLOWEDIP_A_CIDR_MASK, &len);
	CHECK(same(p, len, &(uint8_t){ 24 }, 1));
}

static void check_device(void)
{
	const void *p, *peers, *peer;
	size_t len, peers_len;

	p = of_request(GETFAMILY, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME, &len);
	CHECK(same(p, len, "wireguard", 10));
	p = of_request(DEVICE, GENL_HDRLEN, WGDEVICE_A_IFNAME, &len);
	CHECK(same(p, len, "wg0", 4));
	p = of_request(DEVICE, GENL_HDRLEN, WGDEVICE_A_PRIVATE_KEY, &len);
	CHECK(same(p, len, KEY, TUNNEL_KEY_LEN));
	p = of_request(DEVICE, GENL_HDRLEN, WGDEVICE_A_LISTEN_PORT, &len);
	CHECK(same(p, len, &(uint16_t){ 51821 }, 2));
	peers = of_request(DEVICE, GENL_HDRLEN, WGDEVICE_A_PEERS, &peers_len);
	REQUIRE(peers);
	peer = attribute(peers, peers_len, 0, &len);
	REQUIRE(peer);
	check_peer(peer, len);
}

static void check_addresses(void)
{
	static const uint8_t v4[] = { 10, 99, 0, 2 };
	const struct ifaddrmsg *a = (const void *)(header(ADDRESS_6) + 1);
	const uint8_t *p;
	size_t len;

	p = of_request(ADDRESS_4, sizeof(*a), IFA_LOCAL, &len);
	CHECK(same(p, len, v4, sizeof(v4)));
	CHECK_EQ_INT(a->ifa_family, AF_INET6);
	CHECK_EQ_INT(a->ifa_prefixlen, 128);
	CHECK_EQ_INT(a->ifa_index, INDEX);
	CHECK(a->ifa_flags & IFA_F_NODAD);
}

/* Bits behind the prefix are cleared: the kernel would refuse them. */
static void check_routes(void)
{
	static const uint8_t v4[] = { 10, 99, 0, 0 };
	const struct rtmsg *m = (const void *)(header(ROUTE_6) + 1);
	const uint8_t *p;
	size_t len;

	p = of_request(ROUTE_4, sizeof(*m), RTA_DST, &len);
	CHECK(same(p, len, v4, sizeof(v4)));
	p = of_request(ROUTE_4, sizeof(*m), RTA_OIF, &len);
	CHECK(same(p, len, &(uint32_t){ INDEX }, 4));
	CHECK_EQ_INT(m->rtm_family, AF_INET6);
	CHECK_EQ_INT(m->rtm_dst_len, 61);
}

static void test_requests(void)
{
	size_t i;

	make_tunnel();
	REQUIRE(CHECK_EQ_INT(bring_up(0, PLAIN, 0), 0));
	REQUIRE(CHECK_EQ_INT(sent_count, ARRAY_SIZE(requests)));
	for (i = 0; i < sent_count; i++) {
		CHECK_EQ_INT(header(i)->nlmsg_type, requests[i]);
		CHECK_EQ_INT(header(i)->nlmsg_len, sent[i].len);
	}
	check_link();
	check_device();
	check_addresses();
	check_routes();
	wireguard_down("wg0");
	CHECK_EQ_INT(header(sent_count - 1)->nlmsg_type, RTM_DELLINK);
	CHECK(!link_is_there);
	/* What is not there is not asked about. */
	i = sent_count;
	wireguard_down("wg0");
	CHECK_EQ_INT(sent_count, i);
}

/* After any refusal the interface is gone, unless it was another's. */
static void test_refused(void)
{
	size_t i;

	make_tunnel();
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		CHECK_EQ_INT(bring_up(i + 1, PLAIN, EPERM), -EPERM);
		CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
		CHECK_EQ_INT(sent_count, i == LINK ? 1 : i + 2);
		CHECK(!link_is_there);
	}
	CHECK_EQ_INT(bring_up(LINK + 1, PLAIN, EEXIST), -EEXIST);
	CHECK_EQ_INT(sent_count, 1);
	CHECK_EQ_INT(bring_up(LINK + 1, PLAIN, EOPNOTSUPP), -EOPNOTSUPP);
	CHECK(strstr(failure()->text, "module"));
	/* The kernel's own route for the prefix of the address. */
	CHECK_EQ_INT(bring_up(ROUTE_4 + 1, PLAIN, EEXIST), 0);
	CHECK_EQ_INT(sent_count, ARRAY_SIZE(requests));
	/* But an address that is there already was not this tunnel's. */
	CHECK_EQ_INT(bring_up(ADDRESS_4 + 1, PLAIN, EEXIST), -EEXIST);
}

static const struct {
	const char *name;
	enum manner manner;
	size_t at;		/* which request */
	int want;
} strange[] = {
	{ "cut", CUT, LINK, -EBADMSG },
	{ "cut in the verdict", CUT_ERROR, LINK, -EBADMSG },
	{ "longer than it is", TOO_LONG, LINK, -EBADMSG },
	{ "shorter than its header", TOO_SHORT, LINK, -EBADMSG },
	{ "to another request", OTHER_SEQUENCE, LINK, -EBADMSG },
	{ "an errno above 0", POSITIVE, LINK, -EBADMSG },
	{ "no verdict", OTHER_TYPE, LINK, -EBADMSG },
	{ "no verdict about the key", OTHER_TYPE, DEVICE, -EBADMSG },
	{ "no verdict after the family", OTHER_TYPE, GETFAMILY, -EBADMSG },
	{ "no family", NO_FAMILY, GETFAMILY, -EBADMSG },
	{ "an attribute beyond the end", BAD_ATTRIBUTE, GETFAMILY, -EBADMSG },
	{ "recvfrom fails", DEAD, LINK, -ENOBUFS },
	{ "a part is sent", HALF_SENT, DEVICE, -EIO },
	{ "from a process", FOREIGN, LINK, 0 },
	{ "from a process about the family", FOREIGN, GETFAMILY, 0 },
	{ "after a signal", INTERRUPTED, DEVICE, 0 },
};

static void test_strange(void)
{
	size_t i;

	make_tunnel();
	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		CASE(strange[i].name);
		CHECK_EQ_INT(bring_up(strange[i].at + 1, strange[i].manner, 0),
			     strange[i].want);
		CHECK_EQ_INT(failure()->code, strange[i].want ? CODE_TUNNEL :
			     CODE_NONE);
		/* Whatever was said of it, it is taken away. */
		CHECK(strange[i].want == 0 || strange[i].at == LINK ||
		      !link_is_there);
	}
}

static void test_name(void)
{
	make_tunnel();
	(void)snprintf(t.peers[1].endpoint, sizeof(t.peers[1].endpoint),
		       "gateway.test:51820");
	CHECK_EQ_INT(bring_up(0, PLAIN, 0), -EAGAIN);
	CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
	CHECK(strstr(failure()->text, "gateway.test"));
	CHECK(!link_is_there);
	tunnel_free(&t);
}

static void test_too_long(void)
{
	static const uint8_t data[UINT16_MAX - sizeof(struct nlattr)];
	cleanup_netlink struct netlink n = NETLINK_NONE;
	size_t place;

	REQUIRE(CHECK_EQ_INT(netlink_open(NETLINK_ROUTE, &n), 0));
	sent_count = 0;
	netlink_begin(&n, RTM_NEWLINK, 0, NULL, 0);
	place = netlink_nest(&n, 1);
	netlink_put(&n, 2, data, 1024);
	netlink_put(&n, 2, data, sizeof(data));
	netlink_end(&n, place);
	CHECK(netlink_send(&n) < 0);
	CHECK_EQ_INT(sent_count, 0);
}

static const struct test tests[] = {
	{ "wireguard: the requests", test_requests },
	{ "wireguard: refused", test_refused },
	{ "wireguard: strange answers", test_strange },
	{ "wireguard: a name that is not known", test_name },
	{ "netlink: a request that is too long", test_too_long },
};

TEST_MAIN(tests)
