/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handover.h - the tunnel, for the system that boots next
 *
 * /run survives switch_root, so the credentials are left there in the form that
 * the real root's network manager reads, with the owner and mode it needs.  The
 * private key is in that file and nowhere else once we are gone.  A tunnel that
 * is up already (up = yes) is the kernel's, which keeps the key: then the files
 * have no key, and the manager leaves what it finds.
 *
 * A target is one file handover_<target>.c with one constant struct handover,
 * and one line in handover.c, in the order of enum handover_target.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "config.h"
#include "nebula.h"
#include "tunnel.h"

/* Writes what CONFIG->handover asks for (auto is networkd); -EIO and others with TUNNEL. */
int handover_tunnel(const struct config_tunnel *config,
		    const struct tunnel *t) must_check;

/* Removes what handover_tunnel() has written; nothing there is fine. */
void handover_undo(const struct config_tunnel *config);

/* The same for a tunnel of kind nebula, whose target is a unit of its own. */
int handover_nebula(const struct config_tunnel *config,
		    const struct nebula *n) must_check;
void handover_nebula_undo(const struct config_tunnel *config);

struct handover {
	int (*write)(const struct config_tunnel *config, const struct tunnel *t);

	/* The files that it may have written for a tunnel NAME. */
	void (*remove)(const char *name);
};

extern const struct handover handover_files, handover_networkd,
	handover_networkmanager, handover_wg_quick;

/* --- the pieces that targets share; handover*.c only --- */

struct handover_path {
	char text[160];
};

/* BEFORE, the tunnel's name, AFTER. */
struct handover_path handover_path(const char *before, const char *name,
				   const char *after);

/* Keeps the reason: "cannot write ...". */
int handover_cannot(int r, const char *path);

/* Writes B with MODE and GROUP and makes the directory DIR before. */
int handover_write(const char *dir, const char *path, const struct buf *b,
		   unsigned mode, unsigned group) must_check;

/* Writes the unit of tunnel NAME and has multi-user.target want it. */
int handover_enable(const char *name, const struct buf *text) must_check;
void handover_disable(const char *name);

/* "NAME=<base64>", and a line "NAME=item" for each item. */
void handover_put_key(struct buf *b, const char *name, const uint8_t *key);
void handover_put_list(struct buf *b, const char *name,
		       const struct tunnel_list *list);

/* Addresses without a prefix are single hosts, as wg-quick(8) has it. */
void handover_put_addresses(struct buf *b, const struct tunnel_list *list);

/*
 * Sections of peers, whose keys are those of systemd.netdev(5) and wg(8).  With
 * CREDENTIAL the preshared keys are not in it, but named CREDENTIAL1,
 * CREDENTIAL2 and so on.
 */
void handover_put_peers(struct buf *b, const struct tunnel *t,
			const char *section, const char *credential);

/* Text with keys in it is put together in one of these. */
#define HANDOVER_TEXT_MAX	(64 * 1024)

#endif /* HANDOVER_H */
