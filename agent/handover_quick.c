/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wg-quick(8): its file for scripts of the real root and, for wg-quick as the
 * target, a unit below /run that brings it up and then removes the file.
 */
#include "buf.h"
#include "handover.h"

#define DIR		"/run/postern/tunnel"
#define BEFORE		DIR "/"
#define AFTER		".conf"

static int write_conf(const struct config_tunnel *config,
		      const struct tunnel *t)
{
	struct handover_path path = handover_path(BEFORE, config->name, AFTER);
	cleanup_secret struct secret text = { 0 };
	int r = secret_alloc(&text, HANDOVER_TEXT_MAX);
	struct buf b = BUF_OVER(text.data, text.len);

	if (r < 0)
		return handover_cannot(r, path.text);
	buf_str(&b, "[Interface]\n");
	handover_put_key(&b, "PrivateKey", t->private_key.data);
	handover_put_addresses(&b, &t->addresses);
	handover_put_list(&b, "DNS", &t->dns);
	if (t->mtu)
		buf_printf(&b, "MTU=%u\n", t->mtu);
	if (t->listen_port)
		buf_printf(&b, "ListenPort=%u\n", t->listen_port);
	handover_put_peers(&b, t, "Peer", NULL);
	return handover_write(DIR, path.text, &b, 0600, 0);
}

static void remove_conf(const char *name)
{
	(void)unlink(handover_path(BEFORE, name, AFTER).text);
}

/* The kernel has the key from then on, so the file goes. */
static int write_unit(const char *name)
{
	struct handover_path conf = handover_path(BEFORE, name, AFTER);
	cleanup_buf struct buf b = BUF(4096);

	buf_printf(&b, "[Unit]\nDescription=WireGuard tunnel %s, by postern\n"
		   "After=network-online.target\nWants=network-online.target\n\n"
		   "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
		   "ExecStart=/usr/bin/wg-quick up %s\n"
		   "ExecStartPost=/usr/bin/rm -f %s\n"
		   "ExecStop=/usr/sbin/ip link delete dev %s\n", name,
		   conf.text, conf.text, name);
	return handover_enable(name, &b);
}

static int write_quick(const struct config_tunnel *config,
		       const struct tunnel *t)
{
	int r = write_conf(config, t);

	return r < 0 ? r : write_unit(config->name);
}

static void remove_quick(const char *name)
{
	remove_conf(name);
	handover_disable(name);
}

const struct handover handover_files = {
	.write = write_conf,
	.remove = remove_conf,
};

const struct handover handover_wg_quick = {
	.write = write_quick,
	.remove = remove_quick,
};
