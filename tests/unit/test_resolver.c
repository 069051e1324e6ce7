/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=file_read,--wrap=file_write,--wrap=if_nameindex,--wrap=if_freenameindex */
/* Name servers, with the files of an initramfs in a table. */
#include <net/if.h>
#include <stdio.h>

#include "buf.h"
#include "resolver.h"
#include "test.h"

int __wrap_file_read(const char *path, struct buf *ret);
int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group);

struct if_nameindex *__wrap_if_nameindex(void);
void __wrap_if_freenameindex(struct if_nameindex *links);

#define FILES_MAX	4
#define RESOLV		"/etc/resolv.conf"
#define RESOLVED	"/run/systemd/resolve/resolv.conf"
#define NM		"/run/NetworkManager/resolv.conf"
#define NETIF		"/run/systemd/netif/state"
#define IPCONFIG	"/run/net-eth1.conf"

struct file {
	const char *path, *text;
};

/* What is there, and what was written to RESOLV; NULL: nothing was. */
static const struct file *files;
static char written[256];
static const char *last;

int __wrap_file_read(const char *path, struct buf *ret)
{
	size_t i;

	for (i = 0; i < FILES_MAX && files[i].path; i++)
		if (strcmp(files[i].path, path) == 0) {
			buf_str(ret, files[i].text);
			return 0;
		}
	return -ENOENT;
}

int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group)
{
	CHECK_EQ_STR(path, RESOLV);
	CHECK_EQ_INT(mode, 0644);
	CHECK_EQ_INT(group, 0);
	(void)snprintf(written, sizeof(written), "%.*s", (int)len,
		       (const char *)data);
	last = written;
	return 0;
}

struct if_nameindex *__wrap_if_nameindex(void)
{
	static char names[][IF_NAMESIZE] = { "lo", "eth1" };
	static struct if_nameindex links[] = {
		{ 1, names[0] }, { 3, names[1] }, { 0, NULL },
	};

	return links;
}

void __wrap_if_freenameindex(struct if_nameindex *links)
{
	CHECK_EQ_INT(links[1].if_index, 3);
}

static const struct {
	const char *text, *key, *want;
} texts[] = {
	{ "", "nameserver ", "" },
	{ "nameserver 192.0.2.1\n", "nameserver ", "192.0.2.1" },
	{ "# x\nnameserver 192.0.2.1\nsearch example.org\n"
	  "nameserver 2001:db8::1\noptions edns0", "nameserver ",
	  "192.0.2.1 2001:db8::1" },
	{ "nameserver \t 192.0.2.1 \r\nnameserver 192.0.2.2", "nameserver ",
	  "192.0.2.1 192.0.2.2" },
	{ "nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n"
	  "nameserver 4.4.4.4\n", "nameserver ", "1.1.1.1 2.2.2.2 3.3.3.3" },
	{ "X=1\nDNS=192.0.2.1 2001:db8::2\nDOMAINS=a\n", "DNS=",
	  "192.0.2.1 2001:db8::2" },
	{ "DNS=1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4\n", "DNS=",
	  "1.1.1.1 2.2.2.2 3.3.3.3" },
	{ "DNS=\nDNS= \nDNS=1.1.1.1", "DNS=", "1.1.1.1" },
	/* nothing but addresses, and only behind the key */
	{ "nameserver ns.example.org\nnameserver 192.0.2.1", "nameserver ",
	  "192.0.2.1" },
	{ "nameserver 192.0.2.256\nnameserver 1.2.3", "nameserver ", "" },
	{ "nameserver fe80::1%eth0\n", "nameserver ", "" },
	{ "nameserver\n192.0.2.1\n", "nameserver ", "" },
	{ "nameserver192.0.2.1\n", "nameserver ", "" },
	{ " nameserver 192.0.2.1\n", "nameserver ", "" },
	{ "#nameserver 192.0.2.1\n", "nameserver ", "" },
	{ "NAMESERVER 192.0.2.1\n", "nameserver ", "" },
	{ "XDNS=192.0.2.1\n", "DNS=", "" },
	{ "nameserver 192.0.2.1;192.0.2.2 \x1b\n", "nameserver ", "" },
	{ "nameserver 1111111111111111111111111111111111111111111111111111111"
	  "11111111\n", "nameserver ", "" },
	/* ipconfig: no shell reads what DHCP wrote */
	{ "DEVICE='eth0'\nPROTO='dhcp'\nIPV4ADDR='10.0.2.15'\n"
	  "IPV4DNS0='10.0.2.3'\nIPV4DNS1='0.0.0.0'\nHOSTNAME=''\n",
	  "IPV4DNS?='", "10.0.2.3" },
	{ "IPV4DNS0='192.0.2.1'\nIPV4DNS1='192.0.2.2'\n", "IPV4DNS?='",
	  "192.0.2.1 192.0.2.2" },
	{ "HOSTNAME='IPV4DNS0='\\''192.0.2.1'\nIPV4DNS0='$(id)'\n"
	  "IPV4DNS1='192.0.2.2';reboot\n", "IPV4DNS?='", "192.0.2.2" },
	{ "IPV4DNS='192.0.2.1'\nIPV4DNS0=192.0.2.1\nIPV4DNS0='\n"
	  "IPV4DNS", "IPV4DNS?='", "" },
	{ "\n\n\n", "nameserver ", "" }, { "nameserver", "nameserver ", "" },
	{ "nameserver ", "nameserver ", "" },
};

static void join(const struct resolver_servers *s, char *out, size_t size)
{
	size_t i, n = 0;

	*out = '\0';
	for (i = 0; i < s->count; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i ? " " : "",
				      s->text[i]);
}

static void test_parse(void)
{
	struct resolver_servers s;
	char got[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CASE(texts[i].text);
		s = (struct resolver_servers){ 0 };
		resolver_parse(texts[i].text, texts[i].key, &s);
		join(&s, got, sizeof(got));
		CHECK_EQ_STR(got, texts[i].want);
	}
}

#define NS(a)	"nameserver " a "\n"

/* design.md 4.2: none given means what the network tool has learned. */
static const struct {
	const char *name, *dns[CONFIG_DNS_MAX];
	struct file files[FILES_MAX];
	const char *want;
} setups[] = {
	{ "configured, no file", { "192.0.2.1", "2001:db8::1" }, { { 0 } },
	  NS("192.0.2.1") NS("2001:db8::1") },
	{ "configured, not what is there", { "192.0.2.1" },
	  { { RESOLV, NS("192.0.2.9") } }, NS("192.0.2.1") },
	{ "configured, one more is there", { "192.0.2.1" },
	  { { RESOLV, NS("192.0.2.1") NS("192.0.2.9") } }, NS("192.0.2.1") },
	{ "configured, there already", { "192.0.2.1" },
	  { { RESOLV, "search x\n" NS("192.0.2.1") } }, NULL },
	{ "configured, others learned", { "192.0.2.1" },
	  { { RESOLVED, NS("192.0.2.9") } }, NS("192.0.2.1") },
	{ "none, a file is there", { 0 }, { { RESOLV, NS("192.0.2.9") },
	  { RESOLVED, NS("192.0.2.8") } }, NULL },
	{ "none, an empty file is there", { 0 }, { { RESOLV, "# none\n" },
	  { RESOLVED, NS("192.0.2.8") }, { NM, NS("192.0.2.7") } },
	  NS("192.0.2.8") },
	{ "none, NetworkManager", { 0 }, { { NM, NS("192.0.2.7") },
	  { NETIF, "DNS=192.0.2.6\n" } }, NS("192.0.2.7") },
	{ "none, networkd", { 0 },
	  { { RESOLVED, "" }, { NETIF, "OPER_STATE=x\nDNS=192.0.2.6 ::1\n" } },
	  NS("192.0.2.6") NS("::1") },
	{ "none, ipconfig", { 0 },
	  { { NETIF, "DNS=\n" }, { IPCONFIG, "IPV4DNS0='192.0.2.5'\n" } },
	  NS("192.0.2.5") },
	{ "none, nothing learned", { 0 }, { { 0 } }, NULL },
	{ "none, only names learned", { 0 }, { { NM, NS("ns") } }, NULL },
};

static void test_setup(void)
{
	static struct config c;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(setups); i++) {
		CASE(setups[i].name);
		c.network = (struct config_network){ 0 };
		for (k = 0; k < CONFIG_DNS_MAX && setups[i].dns[k]; k++)
			(void)snprintf(c.network.dns[c.network.dns_count++],
				       CONFIG_NAME_MAX, "%s", setups[i].dns[k]);
		files = setups[i].files;
		last = NULL;
		resolver_setup(&c);
		CHECK_EQ_STR(last, setups[i].want);
	}
}

static void test_servers(void)
{
	static const struct file there[FILES_MAX] = {
		{ RESOLV, NS("192.0.2.1") }, { NM, NS("192.0.2.2") },
	};
	struct resolver_servers s;

	files = there;
	resolver_servers(&s);
	CHECK_EQ_INT(s.count, 1);
	CHECK_EQ_STR(s.text[0], "192.0.2.1");
	files = there + 1;
	resolver_servers(&s);
	CHECK_EQ_INT(s.count, 0);
}

static const struct test tests[] = {
	{ "parse", test_parse },
	{ "setup", test_setup },
	{ "servers", test_servers },
};

TEST_MAIN(tests)
