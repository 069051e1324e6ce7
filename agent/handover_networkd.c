/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd-networkd: systemd.netdev(5) and systemd.network(5) below /run. */
#include <grp.h>

#include "buf.h"
#include "handover.h"
#include "log.h"

#define DIR	"/run/systemd/network"
#define BEFORE	DIR "/50-postern-"
#define GROUP	"systemd-network"

static int write_netdev(const char *name, const struct tunnel *t)
{
	cleanup_secret struct secret text = { 0 };
	struct handover_path path = handover_path(BEFORE, name, ".netdev");
	struct group *group = getgrnam(GROUP);
	int r = secret_alloc(&text, HANDOVER_TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return handover_cannot(r, path.text);
	if (!group)
		return fail(-ENOENT, CODE_TUNNEL,
			    "there is no group '" GROUP "' in the initramfs, so "
			    "networkd could not read the key");
	buf_printf(&b, "[NetDev]\nName=%s\nKind=wireguard\n", name);
	if (t->mtu)
		buf_printf(&b, "MTUBytes=%u\n", t->mtu);
	/* As wg-quick does: what a peer may send is routed to it. */
	buf_str(&b, "\n[WireGuard]\nRouteTable=main\n");
	handover_put_key(&b, "PrivateKey", t->private_key.data);
	if (t->listen_port)
		buf_printf(&b, "ListenPort=%u\n", t->listen_port);
	handover_put_peers(&b, t, "WireGuardPeer");
	return handover_write(DIR, path.text, &b, 0640, group->gr_gid);
}

/*
 * A tunnel that is up has its addresses and routes; networkd finds the same
 * addresses there, adds name servers, and keeps the routes that are not its own.
 */
static int write_network(const struct config_tunnel *config,
			 const struct tunnel *t)
{
	struct handover_path path = handover_path(BEFORE, config->name,
						  ".network");
	cleanup_buf struct buf b = BUF(HANDOVER_TEXT_MAX);

	buf_printf(&b, "[Match]\nName=%s\n\n[Link]\nRequiredForOnline=no\n\n"
		   "[Network]\n", config->name);
	if (config->up)
		buf_str(&b, "KeepConfiguration=yes\n");
	handover_put_addresses(&b, &t->addresses);
	handover_put_list(&b, "DNS", &t->dns);
	return handover_write(DIR, path.text, &b, 0644, 0);
}

static int write_files(const struct config_tunnel *config,
		       const struct tunnel *t)
{
	int r = config->up ? 0 : write_netdev(config->name, t);

	return r < 0 ? r : write_network(config, t);
}

static void remove_files(const char *name)
{
	(void)unlink(handover_path(BEFORE, name, ".netdev").text);
	(void)unlink(handover_path(BEFORE, name, ".network").text);
}

const struct handover handover_networkd = {
	.write = write_files,
	.remove = remove_files,
};
