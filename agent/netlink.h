/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h - requests to the kernel's network configuration
 *
 * Just what a tunnel needs: one request at a time, made in a secret since a
 * private key may be in it, and the kernel's answer, yes or no.  The kernel
 * does not send the request back (NETLINK_CAP_ACK).
 *
 * Source: include/uapi/linux/netlink.h and genetlink.h of Linux 6.12.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include "buf.h"
#include "secret.h"

/* An attribute's length has 16 bits; a message here is one or some of them. */
#define NETLINK_MESSAGE_MAX	(64 * 1024)

struct netlink {
	int fd;
	uint32_t sequence;
	struct secret memory;		/* of the message */
	struct buf message;		/* view of it; its length 0: none begun */
};

#define NETLINK_NONE		{ .fd = -1 }
#define cleanup_netlink		cleanup(netlink_close)

/* PROTOCOL is NETLINK_ROUTE or NETLINK_GENERIC. */
int netlink_open(int protocol, struct netlink *ret) must_check;
void netlink_close(struct netlink *n);

/* Begins a request of TYPE: HEADER of LEN bytes is what follows nlmsghdr. */
void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags,
		   const void *header, size_t len);

void netlink_put(struct netlink *n, uint16_t type, const void *data, size_t len);
void netlink_put_text(struct netlink *n, uint16_t type, const char *text);
void netlink_put_u32(struct netlink *n, uint16_t type, uint32_t v);
void netlink_put_u16(struct netlink *n, uint16_t type, uint16_t v);

/* An attribute that holds those put until netlink_end() gets its place. */
size_t netlink_nest(struct netlink *n, uint16_t type);
void netlink_end(struct netlink *n, size_t place);

/*
 * Sends the request and waits for the answer: 0, or the kernel's errno;
 * -EMSGSIZE when it has become too long.  The message is wiped.
 */
int netlink_send(struct netlink *n) must_check;

/* The number of the generic netlink family NAME; -ENOENT without its module. */
int netlink_family(struct netlink *n, const char *name,
		   uint16_t *ret) must_check;

#endif /* NETLINK_H */
