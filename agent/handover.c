/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "encode.h"
#include "file.h"
#include "handover.h"
#include "log.h"

/* Units of systemd that the real root finds when its systemd starts. */
#define UNIT_DIR	"/run/systemd/system"
#define UNIT_BEFORE	UNIT_DIR "/postern-tunnel-"
#define UNIT_AFTER	".service"
#define WANTS_DIR	UNIT_DIR "/multi-user.target.wants"
#define WANTS_BEFORE	WANTS_DIR "/postern-tunnel-"

static const struct handover *const targets[] = {
	[HANDOVER_AUTO] = &handover_networkd,
	[HANDOVER_NETWORKD] = &handover_networkd,
	[HANDOVER_NETWORKMANAGER] = &handover_networkmanager,
	[HANDOVER_WG_QUICK] = &handover_wg_quick,
	[HANDOVER_FILES] = &handover_files,
	[HANDOVER_NONE] = NULL,
};

struct handover_path handover_path(const char *before, const char *name,
				   const char *after)
{
	struct handover_path p;

	(void)snprintf(p.text, sizeof(p.text), "%s%.15s%s", before, name, after);
	return p;
}

int handover_cannot(int r, const char *path)
{
	return fail(r, CODE_TUNNEL, "cannot write '%s': %s", path, strerror(-r));
}

int handover_write(const char *dir, const char *path, const struct buf *b,
		   unsigned mode, unsigned group)
{
	int r = buf_error(b);

	if (r == 0)
		r = file_mkdirs(dir);
	if (r == 0)
		r = file_write(path, b->data, b->len, mode, group);
	return r < 0 ? handover_cannot(r, path) : 0;
}

int handover_enable(const char *name, const struct buf *text)
{
	struct handover_path unit = handover_path(UNIT_BEFORE, name, UNIT_AFTER);
	struct handover_path want = handover_path(WANTS_BEFORE, name, UNIT_AFTER);
	int r = handover_write(UNIT_DIR, unit.text, text, 0644, 0);

	if (r < 0)
		return r;
	r = file_mkdirs(WANTS_DIR);
	if (r == 0 && symlink(unit.text, want.text) < 0)
		r = neg_errno();
	return r < 0 ? handover_cannot(r, want.text) : 0;
}

void handover_disable(const char *name)
{
	(void)unlink(handover_path(WANTS_BEFORE, name, UNIT_AFTER).text);
	(void)unlink(handover_path(UNIT_BEFORE, name, UNIT_AFTER).text);
}

void handover_put_key(struct buf *b, const char *name, const uint8_t *key)
{
	buf_printf(b, "%s=", name);
	buf_b64(b, key, TUNNEL_KEY_LEN, B64_STD);
	buf_str(b, "\n");
}

void handover_put_list(struct buf *b, const char *name,
		       const struct tunnel_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		buf_printf(b, "%s=%s\n", name, list->text[i]);
}

void handover_put_addresses(struct buf *b, const struct tunnel_list *list)
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

void handover_put_peers(struct buf *b, const struct tunnel *t,
			const char *section, const char *credential)
{
	size_t i, n = 0;

	for (i = 0; i < t->peer_count; i++) {
		const struct tunnel_peer *p = &t->peers[i];

		buf_printf(b, "\n[%s]\n", section);
		handover_put_key(b, "PublicKey", p->public_key);
		if (p->preshared_key.data && credential)
			buf_printf(b, "PresharedKey=@%s%zu\n", credential, ++n);
		else if (p->preshared_key.data)
			handover_put_key(b, "PresharedKey", p->preshared_key.data);
		if (p->endpoint[0])
			buf_printf(b, "Endpoint=%s\n", p->endpoint);
		handover_put_list(b, "AllowedIPs", &p->allowed_ips);
		if (p->keepalive)
			buf_printf(b, "PersistentKeepalive=%u\n", p->keepalive);
	}
}

int handover_tunnel(const struct config_tunnel *config, const struct tunnel *t)
{
	const struct handover *target;

	assert(config->handover < ARRAY_SIZE(targets));
	target = targets[config->handover];
	return target ? target->write(config, t) : 0;
}

void handover_undo(const struct config_tunnel *config)
{
	const struct handover *target = targets[config->handover];

	if (target)
		target->remove(config->name);
}
