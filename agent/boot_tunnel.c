/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the steps of a boot do with its tunnels, whatever their kind. */
#include <stdio.h>

#include "boot.h"
#include "encode.h"
#include "handover.h"
#include "log.h"
#include "wireguard.h"

int boot_set_public_key(struct boot_tunnel *t,
			const uint8_t key[static TUNNEL_KEY_LEN])
{
	cleanup_buf struct buf text = BUF(sizeof(t->public_key));

	buf_b64(&text, key, TUNNEL_KEY_LEN, B64_STD);
	if (!buf_cstr(&text))
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	(void)snprintf(t->public_key, sizeof(t->public_key), "%s",
		       buf_cstr(&text));
	return 0;
}

int boot_fetch_tunnel(struct boot *b, struct boot_tunnel *t)
{
	/* As with the keys of volumes, a retry does not ask again. */
	if (t->public_key[0])
		return 0;
	boot_tunnel_free(t);
	return t->config->kind == TUNNEL_NEBULA ? boot_fetch_nebula(b, t) :
	       boot_fetch_wireguard(b, t);
}

int boot_tunnel(struct boot *b)
{
	size_t i;
	int r = 0;

	for (i = 0; i < b->tunnel_count && r == 0; i++)
		if (b->tunnels[i].config->kind == TUNNEL_WIREGUARD)
			r = boot_set_up_wireguard(b, &b->tunnels[i]);
	return r;
}

int boot_handover_tunnel(struct boot_tunnel *t)
{
	int r = t->config->kind == TUNNEL_NEBULA ?
		handover_nebula(t->config, &t->nebula) :
		handover_tunnel(t->config, &t->credentials);

	boot_tunnel_free(t);
	return r;
}

void boot_tunnel_undo(struct boot_tunnel *t)
{
	if (t->config->kind == TUNNEL_NEBULA)
		handover_nebula_undo(t->config);
	else
		handover_undo(t->config);
	if (t->is_up)
		wireguard_down(t->config->name);
	t->is_up = false;
}

void boot_tunnel_free(struct boot_tunnel *t)
{
	tunnel_free(&t->credentials);
	nebula_free(&t->nebula);
}
