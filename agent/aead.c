/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "aead.h"
#include "log.h"

#define TAG_LEN		16
#define IV_MAX		16
#define MESSAGE_LEN	(32 * 1024)
#define ROUNDS		32

/* "capi:gcm(aes)-random" is the kernel's "gcm(aes)". */
static void kernel_name(const struct luks_suite *s, char *ret, size_t size)
{
	const char *name = s->table + strlen("capi:");

	(void)snprintf(ret, size, "%.*s", (int)strcspn(name, "-"), name);
}

/* A socket that encrypts, with a key of zeros; -1 where there is none. */
static int open_cipher(const struct luks_suite *s)
{
	struct sockaddr_alg a = { .salg_family = AF_ALG, .salg_type = "aead" };
	cleanup_fd int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const uint8_t key[64] = { 0 };

	kernel_name(s, (char *)a.salg_name, sizeof(a.salg_name));
	assert(s->key_len <= sizeof(key));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, s->key_len) < 0 ||
	    setsockopt(fd, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL, TAG_LEN) < 0)
		return -1;
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

/* At AT, of a message to AF_ALG. */
static void put_control(char *at, int type, const void *data, size_t len)
{
	struct cmsghdr head = {
		.cmsg_level = SOL_ALG,
		.cmsg_type = type,
		.cmsg_len = (unsigned)CMSG_LEN(len),
	};

	memcpy(at, &head, sizeof(head));
	memcpy(at + CMSG_LEN(0), data, len);
}

/* Sends a message of zeros, and takes the ciphertext with its tag. */
static bool encrypt_message(int fd, unsigned iv_len)
{
	static uint8_t text[MESSAGE_LEN + TAG_LEN];
	const uint32_t op = ALG_OP_ENCRYPT;
	const struct {
		struct af_alg_iv head;
		uint8_t iv[IV_MAX];
	} iv = { .head.ivlen = iv_len };
	_Alignas(struct cmsghdr)
	char control[CMSG_SPACE(sizeof(op)) + CMSG_SPACE(sizeof(iv))] = { 0 };
	struct iovec part = { text, MESSAGE_LEN };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	put_control(control, ALG_SET_OP, &op, sizeof(op));
	put_control(control + CMSG_SPACE(sizeof(op)), ALG_SET_IV, &iv,
		    sizeof(iv));
	return sendmsg(fd, &message, 0) == MESSAGE_LEN &&
	       read(fd, text, sizeof(text)) == sizeof(text);
}

/* Bytes in a microsecond, of the best of some rounds; 0: not to be measured. */
static uint64_t measure(const struct luks_suite *s)
{
	cleanup_fd int fd = open_cipher(s);
	uint64_t best = UINT64_MAX, ns;
	struct timespec begin, end;
	unsigned i;

	for (i = 0; i < ROUNDS && fd >= 0; i++) {
		(void)clock_gettime(CLOCK_MONOTONIC, &begin);
		if (!encrypt_message(fd, s->tag_len - TAG_LEN))
			return 0;
		(void)clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (uint64_t)(end.tv_sec - begin.tv_sec) * 1000000000 +
		     (uint64_t)end.tv_nsec - (uint64_t)begin.tv_nsec;
		if (ns > 0 && ns < best)
			best = ns;
	}
	return (uint64_t)MESSAGE_LEN * 1000 / best;
}

const struct luks_suite *aead_fastest(void)
{
	const struct luks_suite *s, *fastest;
	uint64_t speed, most = 0;

	fastest = luks_suite_named("aes-gcm-random", LUKS_INTEGRITY_AEAD);
	for (s = luks_suites; s->cipher; s++) {
		if (s->integrity != LUKS_INTEGRITY_AEAD)
			continue;
		speed = measure(s);
		if (speed > 0)
			log_info("'%s' encrypts %" PRIu64 " MB/s", s->cipher,
				 speed);
		else
			log_info("'%s' cannot be measured", s->cipher);
		if (speed > most) {
			most = speed;
			fastest = s;
		}
	}
	return fastest;
}
