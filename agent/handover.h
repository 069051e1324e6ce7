/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handover.h - the tunnel, for the system that boots next
 *
 * /run survives switch_root, so the credentials are left there in the form that
 * the real root's network manager reads, with the owner and mode it needs.  The
 * private key is in that file and nowhere else once we are gone.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "config.h"
#include "tunnel.h"

/* Writes what CONFIG->handover asks for; -EIO and others with TUNNEL. */
int handover_tunnel(const struct config_tunnel *config,
		    const struct tunnel *t) must_check;

/* Removes what handover_tunnel() has written; nothing there is fine. */
void handover_undo(const struct config_tunnel *config);

#endif /* HANDOVER_H */
