/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NetworkManager: a connection as nm-settings-keyfile(5) has it, below /run.
 * An interface that is up is left to the kernel: NetworkManager shows it as one
 * of others and does not touch it.
 */
#include <string.h>

#include "buf.h"
#include "encode.h"
#include "handover.h"

#define DIR		"/run/NetworkManager/system-connections"
#define BEFORE		DIR "/postern-"
#define AFTER		".nmconnection"

static void put_peers(struct buf *b, const struct tunnel *t)
{
	size_t i, k;

	for (i = 0; i < t->peer_count; i++) {
		const struct tunnel_peer *p = &t->peers[i];

		buf_str(b, "\n[wireguard-peer.");
		buf_b64(b, p->public_key, TUNNEL_KEY_LEN, B64_STD);
		buf_str(b, "]\n");
		if (p->endpoint[0])
			buf_printf(b, "endpoint=%s\n", p->endpoint);
		if (p->preshared_key.data) {
			handover_put_key(b, "preshared-key",
					 p->preshared_key.data);
			buf_str(b, "preshared-key-flags=0\n");
		}
		if (p->keepalive)
			buf_printf(b, "persistent-keepalive=%u\n", p->keepalive);
		buf_str(b, "allowed-ips=");
		for (k = 0; k < p->allowed_ips.count; k++)
			buf_printf(b, "%s;", p->allowed_ips.text[k]);
		buf_str(b, "\n");
	}
}

/*
 * Section [ipv4] or [ipv6].  NetworkManager wants a link-local address, too, and
 * what makes one of the hardware's address fails here, and IPv6 with it.
 */
static void put_family(struct buf *b, const struct tunnel *t, bool v6)
{
	unsigned count = 0;
	size_t i;

	buf_printf(b, "\n[%s]\n", v6 ? "ipv6" : "ipv4");
	for (i = 0; i < t->addresses.count; i++) {
		const char *text = t->addresses.text[i];

		if ((strchr(text, ':') != NULL) == v6)
			buf_printf(b, "address%u=%s%s\n", ++count, text,
				   strchr(text, '/') ? "" : v6 ? "/128" : "/32");
	}
	buf_printf(b, "method=%s\n", count ? "manual" : "disabled");
	if (v6 && count)
		buf_str(b, "addr-gen-mode=stable-privacy\n");
	for (i = 0; i < t->dns.count && count; i++)
		if ((strchr(t->dns.text[i], ':') != NULL) == v6)
			buf_printf(b, "dns=%s;\n", t->dns.text[i]);
}

static int write_connection(const struct config_tunnel *config,
			    const struct tunnel *t)
{
	struct handover_path path = handover_path(BEFORE, config->name, AFTER);
	cleanup_secret struct secret text = { 0 };
	int r;
	struct buf b;

	if (config->up)
		return 0;
	r = secret_alloc(&text, HANDOVER_TEXT_MAX);
	if (r < 0)
		return handover_cannot(r, path.text);
	b = (struct buf)BUF_OVER(text.data, text.len);
	buf_printf(&b, "[connection]\nid=postern-%s\ntype=wireguard\n"
		   "interface-name=%s\nautoconnect=true\n\n[wireguard]\n",
		   config->name, config->name);
	handover_put_key(&b, "private-key", t->private_key.data);
	buf_str(&b, "private-key-flags=0\n");
	if (t->listen_port)
		buf_printf(&b, "listen-port=%u\n", t->listen_port);
	if (t->mtu)
		buf_printf(&b, "mtu=%u\n", t->mtu);
	put_peers(&b, t);
	put_family(&b, t, false);
	put_family(&b, t, true);
	return handover_write(DIR, path.text, &b, 0600, 0);
}

static void remove_connection(const char *name)
{
	(void)unlink(handover_path(BEFORE, name, AFTER).text);
}

const struct handover handover_networkmanager = {
	.write = write_connection,
	.remove = remove_connection,
};
