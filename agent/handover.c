/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "encode.h"
#include "file.h"
#include "handover.h"
#include "log.h"

#define NETWORKD_DIR	"/run/systemd/network"
#define NETWORKD_GROUP	"systemd-network"
#define FILES_DIR	"/run/postern/tunnel"
#define TEXT_MAX	(64 * 1024)

enum place { PLACE_NETDEV, PLACE_NETWORK, PLACE_QUICK };

/* Where a tunnel's files are: directory, then name, then ending. */
static const struct {
	const char *before, *after;
} places[] = {
	[PLACE_NETDEV]	= { NETWORKD_DIR "/50-postern-", ".netdev" },
	[PLACE_NETWORK]	= { NETWORKD_DIR "/50-postern-", ".network" },
	[PLACE_QUICK]	= { FILES_DIR "/", ".conf" },
};

struct path {
	char text[128];
};

static struct path path_of(enum place place, const char *name)
{
	struct path p;

	(void)snprintf(p.text, sizeof(p.text), "%s%.15s%s",
		       places[place].before, name, places[place].after);
	return p;
}

static int cannot(int r, const char *what)
{
	return fail(r, CODE_TUNNEL, "cannot write '%s': %s", what, strerror(-r));
}

static void put_key(struct buf *b, const char *name, const uint8_t *key)
{
	buf_printf(b, "%s=", name);
	buf_b64(b, key, TUNNEL_KEY_LEN, B64_STD);
	buf_str(b, "\n");
}

/* One line "NAME=item" each. */
static void put_list(struct buf *b, const char *name,
		     const struct tunnel_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		buf_printf(b, "%s=%s\n", name, list->text[i]);
}

/* Addresses without a prefix are single hosts, as wg-quick(8) has it. */
static void put_addresses(struct buf *b, const struct tunnel_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const char *text = list->text[i];
		const char *prefix = "";

		if (!strchr(text, '/'))
			prefix = strchr(text, ':') ? "/128" : "/32";
		buf_printf(b, "Address=%s%s\n", text, prefix);
	}
}

/* The keys of a peer are the same in systemd.netdev(5) and wg(8). */
static void put_peers(struct buf *b, const struct tunnel *t, const char *section)
{
	size_t i;

	for (i = 0; i < t->peer_count; i++) {
		const struct tunnel_peer *p = &t->peers[i];

		buf_printf(b, "\n[%s]\n", section);
		put_key(b, "PublicKey", p->public_key);
		if (p->preshared_key.data)
			put_key(b, "PresharedKey", p->preshared_key.data);
		if (p->endpoint[0])
			buf_printf(b, "Endpoint=%s\n", p->endpoint);
		put_list(b, "AllowedIPs", &p->allowed_ips);
		if (p->keepalive)
			buf_printf(b, "PersistentKeepalive=%u\n", p->keepalive);
	}
}

static int write_netdev(const char *name, const struct tunnel *t, gid_t group)
{
	cleanup_secret struct secret text = { 0 };
	struct path path = path_of(PLACE_NETDEV, name);
	int r = secret_alloc(&text, TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return r;
	buf_printf(&b, "[NetDev]\nName=%s\nKind=wireguard\n", name);
	if (t->mtu)
		buf_printf(&b, "MTUBytes=%u\n", t->mtu);
	/* As wg-quick does: what a peer may send is routed to it. */
	buf_str(&b, "\n[WireGuard]\nRouteTable=main\n");
	put_key(&b, "PrivateKey", t->private_key.data);
	if (t->listen_port)
		buf_printf(&b, "ListenPort=%u\n", t->listen_port);
	put_peers(&b, t, "WireGuardPeer");
	r = buf_error(&b);
	if (r == 0)
		r = file_write(path.text, b.data, b.len, 0640, group);
	return r < 0 ? cannot(r, path.text) : 0;
}

static int write_network(const char *name, const struct tunnel *t)
{
	cleanup_buf struct buf b = BUF(TEXT_MAX);
	struct path path = path_of(PLACE_NETWORK, name);
	int r;

	buf_printf(&b, "[Match]\nName=%s\n\n[Link]\nRequiredForOnline=no\n\n"
		   "[Network]\n", name);
	put_addresses(&b, &t->addresses);
	put_list(&b, "DNS", &t->dns);
	r = buf_error(&b);
	if (r == 0)
		r = file_write(path.text, b.data, b.len, 0644, 0);
	return r < 0 ? cannot(r, path.text) : 0;
}

static int networkd(const struct config_tunnel *config, const struct tunnel *t)
{
	struct group *group = getgrnam(NETWORKD_GROUP);
	int r;

	if (!group)
		return fail(-ENOENT, CODE_TUNNEL,
			    "there is no group '" NETWORKD_GROUP "' in the "
			    "initramfs, so networkd could not read the key");
	r = file_mkdirs(NETWORKD_DIR);
	if (r < 0)
		return cannot(r, NETWORKD_DIR);
	r = write_netdev(config->name, t, group->gr_gid);
	return r < 0 ? r : write_network(config->name, t);
}

/* The file of wg-quick(8), for scripts of the real root. */
static int files(const struct config_tunnel *config, const struct tunnel *t)
{
	cleanup_secret struct secret text = { 0 };
	struct path path = path_of(PLACE_QUICK, config->name);
	int r = secret_alloc(&text, TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return r;
	buf_str(&b, "[Interface]\n");
	put_key(&b, "PrivateKey", t->private_key.data);
	put_addresses(&b, &t->addresses);
	put_list(&b, "DNS", &t->dns);
	if (t->mtu)
		buf_printf(&b, "MTU=%u\n", t->mtu);
	if (t->listen_port)
		buf_printf(&b, "ListenPort=%u\n", t->listen_port);
	put_peers(&b, t, "Peer");
	r = buf_error(&b);
	if (r == 0)
		r = file_mkdirs(FILES_DIR);
	if (r == 0)
		r = file_write(path.text, b.data, b.len, 0600, 0);
	return r < 0 ? cannot(r, path.text) : 0;
}

static int none(const struct config_tunnel *config, const struct tunnel *t)
{
	(void)config;
	(void)t;
	return 0;
}

int handover_tunnel(const struct config_tunnel *config, const struct tunnel *t)
{
	static int (*const targets[])(const struct config_tunnel *config,
				      const struct tunnel *t) = {
		[HANDOVER_NETWORKD] = networkd,
		[HANDOVER_FILES] = files,
		[HANDOVER_NONE] = none,
	};

	assert(config->handover < ARRAY_SIZE(targets));
	return targets[config->handover](config, t);
}

void handover_undo(const struct config_tunnel *config)
{
	struct path path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		path = path_of((enum place)i, config->name);
		(void)unlink(path.text);
	}
}
