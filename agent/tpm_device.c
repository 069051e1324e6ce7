/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "buf.h"
#include "clock.h"
#include "log.h"
#include "tpm_device.h"

/* Part 2, 6.6 (TPM_RC): the warnings that ask for the same command again. */
#define RC_YIELDED	0x908
#define RC_TESTING	0x90a
#define RC_NV_RATE	0x920
#define RC_RETRY	0x922

/* 10 ms, doubled each time, make 5 s in all: a self-test takes one or two. */
#define BUSY_FIRST_MS	10
#define BUSY_TRIES	10

/* The resource manager first: it has many users and takes care of handles. */
static const char *const nodes[] = { "/dev/tpmrm0", "/dev/tpm0" };

const char *tpm_device_find(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		if (access(nodes[i], F_OK) == 0)
			return nodes[i];
	return NULL;
}

int tpm_device_open(const char *path, enum code code, int *ret_fd)
{
	/*
	 * Without O_NONBLOCK the kernel runs the command inside write(2), and
	 * a TPM that does not answer could not be given a time limit.
	 */
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	if (fd < 0) {
		r = neg_errno();
		return fail(r == -EBUSY ? -EAGAIN : r, code,
			    "cannot open '%s': %s", path, strerror(-r));
	}
	*ret_fd = fd;
	return 0;
}

int tpm_device_init(struct tpm_device *d, int fd, int limit_ms, enum code code)
{
	struct epoll_event e = { .events = EPOLLONESHOT };
	int r;

	*d = (struct tpm_device){
		.fd = fd, .limit_ms = limit_ms, .code = code,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
	};
	if (d->epoll >= 0 && epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &e) == 0)
		return 0;
	r = neg_errno();
	tpm_device_close(d);
	return fail(r, code, "cannot wait for the TPM: %s", strerror(-r));
}

/*
 * close(2) waits until the TPM or, after minutes, the driver gives up.  When we
 * have given up before, that is left to the end of the process, so that the
 * reason is told and the final action begins now.
 */
void tpm_device_close(struct tpm_device *d)
{
	close_fd(&d->epoll);
	if (!d->stuck)
		close_fd(&d->fd);
}

/*
 * Why not poll(2): while a command runs, the driver's poll function waits for it
 * with a lock, whatever the time limit (tpm_common_poll() of linux 6.12).  epoll
 * calls it here, before the command, and then when it was woken; one-shot, or it
 * would do so once more when the next command is already running.
 */
static int arm(const struct tpm_device *d)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT };
	int r;

	if (epoll_ctl(d->epoll, EPOLL_CTL_MOD, d->fd, &e) == 0)
		return 0;
	r = neg_errno();
	return fail(r, d->code, "cannot wait for the TPM: %s", strerror(-r));
}

/* Until DEADLINE; true when there is something to read, be it an error. */
static bool wait_readable(const struct tpm_device *d, int64_t deadline)
{
	struct epoll_event e;
	int64_t left;
	int n;

	do {
		left = deadline - clock_ms();
		n = epoll_wait(d->epoll, &e, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/*
 * Part 1, 18.2 (Command/Response Header Fields): tag, size of the whole
 * response, code.  The size must be what was read: no byte may come from
 * elsewhere or be left over.
 */
static bool response_whole(struct tpm_message *m)
{
	struct reader r = READER(m->bytes, m->len);
	uint32_t size;

	return rd_skip(&r, 2) && rd_u32be(&r, &size) &&
	       rd_u32be(&r, &m->code) && size == m->len;
}

static int exchange_once(struct tpm_device *d, const void *command, size_t len,
			 int64_t deadline, struct tpm_message *m)
{
	ssize_t n;
	int r;

	m->code = 0;
	r = arm(d);
	if (r < 0)
		return r;
	n = write(d->fd, command, len);
	if (n < 0) {
		r = neg_errno();
		return fail(r, d->code, "cannot send to the TPM: %s",
			    strerror(-r));
	}
	if ((size_t)n != len)
		return fail(-EIO, d->code, "the TPM took part of a command");
	if (!wait_readable(d, deadline)) {
		d->stuck = true;
		return fail(-ETIMEDOUT, d->code,
			    "the TPM did not answer within %d ms", d->limit_ms);
	}

	/* One read is all: the kernel drops what is not taken at once. */
	n = read(d->fd, m->bytes, sizeof(m->bytes));
	if (n < 0) {
		r = neg_errno();
		return fail(r == -EAGAIN ? -EIO : r, d->code,
			    "cannot read from the TPM: %s", strerror(-r));
	}
	m->len = (size_t)n;
	if (!response_whole(m))
		return fail(-EBADMSG, d->code,
			    "the TPM's response of %zu bytes is not whole",
			    m->len);
	return 0;
}

static bool response_busy(const struct tpm_message *m)
{
	return m->code == RC_YIELDED || m->code == RC_TESTING ||
	       m->code == RC_NV_RATE || m->code == RC_RETRY;
}

int tpm_device_exchange(struct tpm_device *d, const void *command, size_t len,
			struct tpm_message *ret)
{
	int64_t deadline = clock_ms() + d->limit_ms;
	unsigned delay = BUSY_FIRST_MS;
	struct tpm_message m;
	unsigned tries;
	int r;

	if (d->broken)
		return fail(-EIO, d->code, "the TPM failed before");
	for (tries = 0; tries < BUSY_TRIES; tries++) {
		r = exchange_once(d, command, len, deadline, &m);
		if (r < 0) {
			d->broken = true;
			return r;
		}
		if (!response_busy(&m) || clock_ms() + delay >= deadline)
			break;
		clock_pause(delay);
		delay *= 2;
	}
	*ret = m;
	return 0;
}
