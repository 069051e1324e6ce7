/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wireguard.h - a tunnel that is up before the real root is
 *
 * Interface, key, peers, addresses and routes are given to the kernel by
 * netlink; they stay when this process and the initramfs are gone.  No program
 * is run, and the key is in no file.
 *
 * Source: include/uapi/linux/wireguard.h and rtnetlink.h of Linux 6.12.
 */
#ifndef WIREGUARD_H
#define WIREGUARD_H

#include "tunnel.h"

/*
 * Makes interface NAME, which must not be there, with all of T, and brings it
 * up; names of endpoints are resolved now.  What a peer may send is routed to
 * it.  After an error nothing of it is left, and the reason is kept: TUNNEL; it
 * is -EAGAIN when there was no answer about a name.
 */
int wireguard_up(const char *name, const struct tunnel *t) must_check;

/* Removes interface NAME; what is not there is fine. */
void wireguard_down(const char *name);

#endif /* WIREGUARD_H */
