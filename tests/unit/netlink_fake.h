/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_fake.h - a kernel that is asked by netlink, and may be strange
 *
 * The program that includes this names the linker's flags:
 *
 *	-Wl,--wrap=socket,--wrap=setsockopt,--wrap=send,--wrap=recvfrom
 *	-Wl,--wrap=if_nametoindex
 */
#ifndef NETLINK_FAKE_H
#define NETLINK_FAKE_H

#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "test.h"
#include "util.h"

int __wrap_socket(int domain, int type, int protocol);
int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len);
ssize_t __wrap_send(int fd, const void *data, size_t len, int flags);
ssize_t __wrap_recvfrom(int fd, void *data, size_t len, int flags,
			struct sockaddr *from, socklen_t *from_len);
unsigned __wrap_if_nametoindex(const char *name);

#define INDEX	7
#define FAMILY	0x1c

/* How the kernel answers one request. */
enum manner {
	PLAIN,			/* yes or no */
	CUT,			/* fewer bytes than the header */
	CUT_ERROR,		/* fewer than the verdict */
	TOO_LONG,		/* says that it has more than it has */
	TOO_SHORT,		/* says that it has less than its header */
	OTHER_SEQUENCE,
	OTHER_TYPE,		/* no verdict but a message */
	POSITIVE,		/* an errno that is none */
	FOREIGN,		/* another process speaks first */
	INTERRUPTED,		/* a signal comes first */
	DEAD,			/* recvfrom(2) itself fails */
	NO_FAMILY,		/* GETFAMILY: without the number */
	BAD_ATTRIBUTE,		/* GETFAMILY: an attribute beyond the end */
	HALF_SENT,		/* send(2) takes a part */
};

/* What was sent, and what is to be met: the n-th request in that manner; 0: none. */
static struct {
	uint8_t data[4096];
	size_t len;
} sent[32];
static size_t sent_count;
static size_t odd_at;
static enum manner odd;
static int refusal;
static bool link_is_there, verdict_is_due, before;
static int generic_fd = -1;

int __wrap_socket(int domain, int type, int protocol)
{
	int fd;

	CHECK_EQ_INT(domain, AF_NETLINK);
	CHECK(type & SOCK_CLOEXEC);
	CHECK(protocol == NETLINK_ROUTE || protocol == NETLINK_GENERIC);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (protocol == NETLINK_GENERIC)
		generic_fd = fd;
	else if (generic_fd == fd)
		generic_fd = -1;
	return fd;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value,
		      socklen_t len)
{
	CHECK(fd >= 0 && value && len == sizeof(int));
	CHECK_EQ_INT(level, SOL_NETLINK);
	CHECK_EQ_INT(name, NETLINK_CAP_ACK);
	return 0;
}

unsigned __wrap_if_nametoindex(const char *name)
{
	CHECK_EQ_STR(name, "wg0");
	return link_is_there ? INDEX : 0;
}

static bool is_odd(enum manner m)
{
	return sent_count == odd_at && odd == m;
}

static inline const struct nlmsghdr *header(size_t i)
{
	return (const void *)sent[i].data;
}

ssize_t __wrap_send(int fd, const void *data, size_t len, int flags)
{
	CHECK(fd >= 0 && flags == 0);
	if (!CHECK(sent_count < ARRAY_SIZE(sent) && len <= sizeof(sent[0].data)))
		return -1;
	memcpy(sent[sent_count].data, data, len);
	sent[sent_count++].len = len;
	/* RTM_NEWLINK is the same number. */
	verdict_is_due = fd != generic_fd ||
			 header(sent_count - 1)->nlmsg_type != GENL_ID_CTRL;
	before = true;
	return is_odd(HALF_SENT) ? (ssize_t)len / 2 : (ssize_t)len;
}

/* The number of the family, as GETFAMILY gives it. */
static size_t family(uint8_t *at)
{
	struct {
		struct genlmsghdr g;
		struct nlattr version;
		uint32_t version_value;
		struct nlattr id;
		uint16_t number, padding;
	} answer = {
		.version = { .nla_len = 8, .nla_type = CTRL_ATTR_VERSION },
		.id = { .nla_len = 6, .nla_type = CTRL_ATTR_FAMILY_ID },
		.number = FAMILY,
	};

	if (is_odd(NO_FAMILY))
		answer.id.nla_type = CTRL_ATTR_HDRSIZE;
	if (is_odd(BAD_ATTRIBUTE))
		answer.version.nla_len = 400;
	memcpy(at, &answer, sizeof(answer));
	return sizeof(answer);
}

static void note_link(void)
{
	const struct nlmsghdr *h = header(sent_count - 1);

	if (h->nlmsg_type == RTM_NEWLINK)
		link_is_there = true;
	if (h->nlmsg_type == RTM_DELLINK)
		link_is_there = false;
}

/* The answer in DATA, which holds enough, and its length. */
static size_t answer(uint8_t *data)
{
	struct nlmsghdr h = {
		.nlmsg_type = NLMSG_ERROR,
		.nlmsg_seq = header(sent_count - 1)->nlmsg_seq,
	};
	struct nlmsgerr e = { 0 };
	size_t len = sizeof(h) + sizeof(e);

	if (sent_count == odd_at && odd == PLAIN)
		e.error = -refusal;
	else if (is_odd(POSITIVE))
		e.error = EPERM;
	memcpy(data + sizeof(h), &e, sizeof(e));
	if (!verdict_is_due) {
		h.nlmsg_type = FAMILY;
		len = sizeof(h) + family(data + sizeof(h));
		verdict_is_due = true;
	} else if (e.error == 0) {
		note_link();
	}
	if (is_odd(OTHER_TYPE))
		h.nlmsg_type = RTM_NEWLINK;
	if (is_odd(OTHER_SEQUENCE))
		h.nlmsg_seq--;
	if (is_odd(CUT_ERROR))
		len = sizeof(h) + 2;
	h.nlmsg_len = (uint32_t)len;
	if (is_odd(TOO_LONG))
		h.nlmsg_len = 4096;
	if (is_odd(TOO_SHORT))
		h.nlmsg_len = 4;
	memcpy(data, &h, sizeof(h));
	return is_odd(CUT) ? sizeof(h) - 1 : len;
}

ssize_t __wrap_recvfrom(int fd, void *data, size_t len, int flags,
			struct sockaddr *from, socklen_t *from_len)
{
	struct sockaddr_nl *sender = (struct sockaddr_nl *)from;
	bool first = before;

	before = false;
	if (!CHECK(fd >= 0 && len >= 64 && flags == 0 && sent_count > 0 &&
		   *from_len == sizeof(*sender)))
		return -1;
	*sender = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	if (is_odd(DEAD) || (first && is_odd(INTERRUPTED))) {
		errno = is_odd(DEAD) ? ENOBUFS : EINTR;
		return -1;
	}
	if (first && is_odd(FOREIGN)) {
		sender->nl_pid = 4711;
		memset(data, 0, 64);
		return 64;
	}
	return (ssize_t)answer(data);
}

#endif /* NETLINK_FAKE_H */
