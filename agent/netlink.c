/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink.h"

#define ANSWER_MAX	8192

void netlink_close(struct netlink *n)
{
	close_fd(&n->fd);
	secret_free(&n->memory);
}

int netlink_open(int protocol, struct netlink *ret)
{
	cleanup_netlink struct netlink n = NETLINK_NONE;
	int one = 1, r;

	r = secret_alloc(&n.memory, NETLINK_MESSAGE_MAX);
	if (r < 0)
		return r;
	n.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (n.fd < 0 || setsockopt(n.fd, SOL_NETLINK, NETLINK_CAP_ACK, &one,
				   sizeof(one)) < 0)
		return neg_errno();
	*ret = n;
	n = (struct netlink)NETLINK_NONE;
	ret->message = (struct buf)BUF_OVER(ret->memory.data, ret->memory.len);
	return 0;
}

/* Messages and attributes begin at multiples of 4 bytes. */
static size_t align(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void pad(struct buf *b)
{
	static const uint8_t zeros[4];

	buf_add(b, zeros, align(b->len) - b->len);
}

void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags,
		   const void *header, size_t len)
{
	const struct nlmsghdr h = {
		.nlmsg_type = type, .nlmsg_seq = ++n->sequence,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
	};

	buf_reset(&n->message);
	buf_add(&n->message, &h, sizeof(h));
	buf_add(&n->message, header, len);
	pad(&n->message);
}

void netlink_put(struct netlink *n, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = { .nla_type = type };

	assert(len <= UINT16_MAX - sizeof(a));
	a.nla_len = (uint16_t)(sizeof(a) + len);
	buf_add(&n->message, &a, sizeof(a));
	buf_add(&n->message, data, len);
	pad(&n->message);
}

void netlink_put_text(struct netlink *n, uint16_t type, const char *text)
{
	netlink_put(n, type, text, strlen(text) + 1);
}

void netlink_put_u32(struct netlink *n, uint16_t type, uint32_t v)
{
	netlink_put(n, type, &v, sizeof(v));
}

void netlink_put_u16(struct netlink *n, uint16_t type, uint16_t v)
{
	netlink_put(n, type, &v, sizeof(v));
}

size_t netlink_nest(struct netlink *n, uint16_t type)
{
	size_t place = n->message.len;

	netlink_put(n, (uint16_t)(type | NLA_F_NESTED), NULL, 0);
	return place;
}

void netlink_end(struct netlink *n, size_t place)
{
	struct buf *b = &n->message;
	size_t len = b->len - place;
	struct nlattr a;

	if (buf_error(b) < 0)
		return;
	if (len > UINT16_MAX) {
		b->error = -EMSGSIZE;
		return;
	}
	memcpy(&a, b->data + place, sizeof(a));
	a.nla_len = (uint16_t)len;
	memcpy(b->data + place, &a, sizeof(a));
}

/* The kernel's yes or no; 1 for a message before that, of LEN bytes at ANSWER. */
static int receive(const struct netlink *n, uint8_t *answer, size_t *ret_len)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	const struct nlmsghdr *h = (const void *)answer;
	const struct nlmsgerr *e;
	ssize_t got;

	do {
		got = recvfrom(n->fd, answer, ANSWER_MAX, 0,
			       (struct sockaddr *)&from, &from_len);
		if (got < 0 && errno != EINTR)
			return neg_errno();
	} while (got < 0 || from.nl_pid != 0);
	if ((size_t)got < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > (size_t)got || h->nlmsg_seq != n->sequence)
		return -EBADMSG;
	*ret_len = h->nlmsg_len;
	if (h->nlmsg_type != NLMSG_ERROR)
		return 1;
	e = NLMSG_DATA(h);
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) || e->error > 0)
		return -EBADMSG;
	return e->error;
}

static int transmit(struct netlink *n)
{
	struct buf *b = &n->message;
	struct nlmsghdr h;
	ssize_t sent;
	int r = buf_error(b);

	if (r == 0) {
		memcpy(&h, b->data, sizeof(h));
		h.nlmsg_len = (uint32_t)b->len;
		memcpy(b->data, &h, sizeof(h));
		sent = send(n->fd, b->data, b->len, 0);
		r = sent == (ssize_t)b->len ? 0 : sent < 0 ? neg_errno() : -EIO;
	}
	wipe(b->data, b->cap);
	buf_reset(b);
	return r;
}

int netlink_send(struct netlink *n)
{
	uint8_t answer[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	size_t len;
	int r = transmit(n);

	if (r == 0)
		r = receive(n, answer, &len);
	return r > 0 ? -EBADMSG : r;
}

static bool find_family(const uint8_t *message, size_t len, uint16_t *ret)
{
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nlattr a;

	while (at < len && len - at >= sizeof(a)) {
		memcpy(&a, message + at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len - at)
			return false;
		if (a.nla_type == CTRL_ATTR_FAMILY_ID &&
		    a.nla_len == sizeof(a) + sizeof(*ret)) {
			memcpy(ret, message + at + sizeof(a), sizeof(*ret));
			return true;
		}
		at += align(a.nla_len);
	}
	return false;
}

int netlink_family(struct netlink *n, const char *name, uint16_t *ret)
{
	uint8_t answer[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct genlmsghdr g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	uint16_t family;
	size_t len = 0;
	int r;

	netlink_begin(n, GENL_ID_CTRL, 0, &g, sizeof(g));
	netlink_put_text(n, CTRL_ATTR_FAMILY_NAME, name);
	r = transmit(n);
	if (r == 0)
		r = receive(n, answer, &len);
	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	if (!find_family(answer, len, &family))
		return -EBADMSG;
	r = receive(n, answer, &len);
	if (r == 0)
		*ret = family;
	return r > 0 ? -EBADMSG : r;
}
