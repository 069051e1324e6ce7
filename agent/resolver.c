/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "log.h"
#include "resolver.h"

#define RESOLV_CONF	"/etc/resolv.conf"
#define FILE_LIMIT	(64 * 1024)

/* Who may have learned name servers, and how they write them down. */
static const struct {
	const char *path, *key;
} sources[] = {
	{ "/run/systemd/resolve/resolv.conf", "nameserver " },
	{ "/run/NetworkManager/resolv.conf", "nameserver " },
	{ "/run/systemd/netif/state", "DNS=" },
};

/*
 * And klibc's ipconfig, which initramfs-tools runs (klibc 2.0.14, main.c of
 * usr/kinit/ipconfig, dump_device_config()): shell variables, 0.0.0.0 for none.
 */
#define IPCONFIG_PATH	"/run/net-%s.conf"
#define IPCONFIG_KEY	"IPV4DNS?='"

static void take(const char *word, size_t len, struct resolver_servers *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	if (ret->count == CONFIG_DNS_MAX || len == 0 || len >= sizeof(text))
		return;
	memcpy(text, word, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1) {
		if (v4.s_addr == htonl(INADDR_ANY))
			return;
	} else if (inet_pton(AF_INET6, text, &v6) != 1) {
		return;
	}
	memcpy(ret->text[ret->count++], text, len + 1);
}

static bool begins_with(const char *line, const char *key)
{
	for (; *key; line++, key++)
		if (*line != *key && (*key != '?' || *line == '\0'))
			return false;
	return true;
}

void resolver_parse(const char *text, const char *key,
		    struct resolver_servers *ret)
{
	size_t key_len = strlen(key);

	while (*text) {
		size_t len = strcspn(text, "\n"), n;
		const char *p = text + key_len, *end = text + len;

		if (len > key_len && begins_with(text, key))
			for (; p < end; p += n) {
				p += strspn(p, " \t");
				n = strcspn(p, " \t\r\n'");
				if (n == 0)
					break;
				take(p, n, ret);
			}
		text += len + (text[len] == '\n');
	}
}

static void read_servers(const char *path, const char *key,
			 struct resolver_servers *ret)
{
	cleanup_buf struct buf text = BUF(FILE_LIMIT);

	if (file_read(path, &text) == 0 && buf_cstr(&text))
		resolver_parse(buf_cstr(&text), key, ret);
}

static void read_ipconfig(struct resolver_servers *ret)
{
	struct if_nameindex *links = if_nameindex();
	char path[sizeof(IPCONFIG_PATH) + IF_NAMESIZE];
	size_t i;

	if (!links)
		return;
	for (i = 0; links[i].if_index != 0; i++) {
		(void)snprintf(path, sizeof(path), IPCONFIG_PATH,
			       links[i].if_name);
		read_servers(path, IPCONFIG_KEY, ret);
	}
	if_freenameindex(links);
}

void resolver_servers(struct resolver_servers *ret)
{
	*ret = (struct resolver_servers){ 0 };
	read_servers(RESOLV_CONF, "nameserver ", ret);
}

static void write_servers(const struct resolver_servers *s)
{
	cleanup_buf struct buf text = BUF(FILE_LIMIT);
	size_t i;
	int r;

	for (i = 0; i < s->count; i++)
		buf_printf(&text, "nameserver %s\n", s->text[i]);
	r = buf_error(&text);
	if (r == 0)
		r = file_write(RESOLV_CONF, text.data, text.len, 0644, 0);
	if (r < 0)
		log_warn("cannot write '" RESOLV_CONF "': %s", strerror(-r));
}

void resolver_setup(const struct config *config)
{
	struct resolver_servers have, want = { 0 };
	size_t i;

	resolver_servers(&have);
	for (i = 0; i < config->network.dns_count; i++)
		take(config->network.dns[i], strlen(config->network.dns[i]),
		     &want);
	if (want.count == 0 && have.count > 0)
		return;
	for (i = 0; i < ARRAY_SIZE(sources) && want.count == 0; i++)
		read_servers(sources[i].path, sources[i].key, &want);
	if (want.count == 0)
		read_ipconfig(&want);
	if (want.count > 0 && (want.count != have.count ||
			       memcmp(want.text, have.text,
				      sizeof(want.text)) != 0))
		write_servers(&want);
}
