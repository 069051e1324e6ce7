/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wg-quick(8): its file for scripts of the real root and, for wg-quick as the
 * target, a unit below /run that brings it up and then removes the file.
 */
#include "buf.h"
#include "file.h"
#include "handover.h"

#define DIR		"/run/postern/tunnel"
#define BEFORE		DIR "/"
#define AFTER		".conf"
#define UNIT_DIR	"/run/systemd/system"
#define UNIT_BEFORE	UNIT_DIR "/postern-tunnel-"
#define UNIT_AFTER	".service"
#define WANTS_DIR	UNIT_DIR "/multi-user.target.wants"
#define WANTS_BEFORE	WANTS_DIR "/postern-tunnel-"

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
	handover_put_peers(&b, t, "Peer");
	return handover_write(DIR, path.text, &b, 0600, 0);
}

static void remove_conf(const char *name)
{
	(void)unlink(handover_path(BEFORE, name, AFTER).text);
}

/* The kernel has the key from then on, so the file goes. */
static int write_unit(const char *name)
{
	struct handover_path unit = handover_path(UNIT_BEFORE, name, UNIT_AFTER);
	struct handover_path want = handover_path(WANTS_BEFORE, name, UNIT_AFTER);
	struct handover_path conf = handover_path(BEFORE, name, AFTER);
	cleanup_buf struct buf b = BUF(4096);
	int r;

	buf_printf(&b, "[Unit]\nDescription=WireGuard tunnel %s, by postern\n"
		   "After=network-online.target\nWants=network-online.target\n\n"
		   "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
		   "ExecStart=/usr/bin/wg-quick up %s\n"
		   "ExecStartPost=/usr/bin/rm -f %s\n"
		   "ExecStop=/usr/sbin/ip link delete dev %s\n", name,
		   conf.text, conf.text, name);
	r = handover_write(UNIT_DIR, unit.text, &b, 0644, 0);
	if (r < 0)
		return r;
	r = file_mkdirs(WANTS_DIR);
	if (r == 0 && symlink(unit.text, want.text) < 0)
		r = neg_errno();
	return r < 0 ? handover_cannot(r, want.text) : 0;
}

static int write_files(const struct config_tunnel *config,
		       const struct tunnel *t)
{
	return config->up ? 0 : write_conf(config, t);
}

static int write_quick(const struct config_tunnel *config,
		       const struct tunnel *t)
{
	int r = write_files(config, t);

	return r < 0 || config->up ? r : write_unit(config->name);
}

static void remove_quick(const char *name)
{
	remove_conf(name);
	(void)unlink(handover_path(WANTS_BEFORE, name, UNIT_AFTER).text);
	(void)unlink(handover_path(UNIT_BEFORE, name, UNIT_AFTER).text);
}

const struct handover handover_files = {
	.write = write_files,
	.remove = remove_conf,
};

const struct handover handover_wg_quick = {
	.write = write_quick,
	.remove = remove_quick,
};
