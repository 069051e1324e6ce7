/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-networkd: systemd.netdev(5) and systemd.network(5) below /run.  With
 * key-as = credential the keys are files of their own, for root alone, where
 * systemd 256 and newer takes networkd's credentials from.
 */
#include <grp.h>
#include <stdio.h>

#include "buf.h"
#include "encode.h"
#include "handover.h"
#include "log.h"

#define DIR	"/run/systemd/network"
#define BEFORE	DIR "/50-postern-"
#define GROUP	"systemd-network"

/* systemd-networkd.service imports what begins with "network.wireguard.". */
#define STORE	"/run/credstore"
#define PREFIX	"network.wireguard.postern-"
#define KEY_TEXT_MAX	64

/* The N-th key of tunnel NAME: 0 is its own, the others are shared with peers. */
static struct handover_path credential_of(const char *name, size_t n)
{
	char number[24];

	(void)snprintf(number, sizeof(number), ".%zu", n);
	return handover_path(STORE "/" PREFIX, name, number);
}

static int write_credential(const char *name, size_t n, const uint8_t *key)
{
	struct handover_path path = credential_of(name, n);
	cleanup_secret struct secret text = { 0 };
	int r = secret_alloc(&text, KEY_TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return handover_cannot(r, path.text);
	buf_b64(&b, key, TUNNEL_KEY_LEN, B64_STD);
	return handover_write(STORE, path.text, &b, 0400, 0);
}

static int write_credentials(const char *name, const struct tunnel *t)
{
	int r = write_credential(name, 0, t->private_key.data);
	size_t i, n = 0;

	for (i = 0; i < t->peer_count && r == 0; i++)
		if (t->peers[i].preshared_key.data)
			r = write_credential(name, ++n,
					     t->peers[i].preshared_key.data);
	return r;
}

/* Whoever may read the keys that are in the file; 0 when there are none. */
static int find_group(const struct config_tunnel *config, unsigned *ret)
{
	const struct group *group;

	*ret = 0;
	if (config->key_as == TUNNEL_KEY_CREDENTIAL)
		return 0;
	group = getgrnam(GROUP);
	if (!group)
		return fail(-ENOENT, CODE_TUNNEL,
			    "there is no group '" GROUP "' in the initramfs, so "
			    "networkd could not read the key");
	*ret = group->gr_gid;
	return 0;
}

static int write_netdev(const struct config_tunnel *config,
			const struct tunnel *t)
{
	bool apart = config->key_as == TUNNEL_KEY_CREDENTIAL;
	const char *name = config->name;
	struct handover_path path = handover_path(BEFORE, name, ".netdev");
	struct handover_path credential = handover_path(PREFIX, name, ".");
	cleanup_secret struct secret text = { 0 };
	unsigned group;
	int r = secret_alloc(&text, HANDOVER_TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return handover_cannot(r, path.text);
	r = find_group(config, &group);
	if (r == 0 && apart)
		r = write_credentials(name, t);
	if (r < 0)
		return r;
	buf_printf(&b, "[NetDev]\nName=%s\nKind=wireguard\n", name);
	if (t->mtu)
		buf_printf(&b, "MTUBytes=%u\n", t->mtu);
	/* As wg-quick does: what a peer may send is routed to it. */
	buf_str(&b, "\n[WireGuard]\nRouteTable=main\n");
	if (apart)
		buf_printf(&b, "PrivateKey=@%s0\n", credential.text);
	else
		handover_put_key(&b, "PrivateKey", t->private_key.data);
	if (t->listen_port)
		buf_printf(&b, "ListenPort=%u\n", t->listen_port);
	handover_put_peers(&b, t, "WireGuardPeer",
			   apart ? credential.text : NULL);
	return handover_write(DIR, path.text, &b, apart ? 0644 : 0640, group);
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
	int r = config->up ? 0 : write_netdev(config, t);

	return r < 0 ? r : write_network(config, t);
}

static void remove_files(const char *name)
{
	size_t n = 0;

	while (unlink(credential_of(name, n).text) == 0)
		n++;
	(void)unlink(handover_path(BEFORE, name, ".netdev").text);
	(void)unlink(handover_path(BEFORE, name, ".network").text);
}

const struct handover handover_networkd = {
	.write = write_files,
	.remove = remove_files,
};
