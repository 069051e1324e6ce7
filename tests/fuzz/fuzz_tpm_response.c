/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that we ask a TPM, with the answers from the input.
 *
 * First byte: which question, modulo the number of those in the table.  Then
 * the responses: a length in two bytes, big endian, and as many bytes.  The
 * size in a response's header is made to fit, so that a changed length gets
 * past it; with bit 15 of the length set it stays as it is.
 */
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "../../agent/buf.h"
#include "../../agent/tpm.h"

#define LENGTH_KEEP	0x8000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* A tss2 of a distribution prints a line for each field it refuses. */
	return setenv("TSS2_LOG", "all+NONE", 0);
}

/* A TPM that says that it is busy is not waited for. */
int nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	return 0;
}

static int ask_banks(struct tpm *t)
{
	struct tpm_banks banks;

	return tpm_banks(t, 15, &banks);
}

static int ask_extend(struct tpm *t)
{
	const struct digest d = { .alg = HASH_SHA384 };

	return tpm_extend(t, 15, &d, 1);
}

static int ask_pcrs(struct tpm *t)
{
	struct tpm_pcrs pcrs;

	return tpm_pcrs(t, &pcrs);
}

/* The nonce is 32 bytes 0xab, as in the corpus. */
static int ask_quote(struct tpm *t)
{
	const struct tpm_ak ak = { .handle = TPM_AK_HANDLE };
	struct tpm_quote quote;
	uint8_t nonce[32];

	memset(nonce, 0xab, sizeof(nonce));
	return tpm_quote(t, &ak, nonce, sizeof(nonce), &quote);
}

static int ask_find(struct tpm *t)
{
	struct tpm_ak ak;

	return tpm_ak_find(t, TPM_AK_HANDLE, &ak);
}

static int ask_make(struct tpm *t)
{
	struct tpm_ak ak;

	return tpm_ak_make(t, &ak);
}

static int ask_nv_read(struct tpm *t)
{
	cleanup_buf struct buf content = BUF(4096);

	return tpm_nv_read(t, 0x01400001, &content);
}

static int ask_nv_store(struct tpm *t)
{
	static const uint8_t content[48];

	return tpm_nv_store(t, 0x01400002, content, sizeof(content));
}

static int (*const questions[])(struct tpm *t) = {
	ask_banks, ask_extend, ask_pcrs, ask_quote, ask_find, ask_make,
	ask_nv_read, ask_nv_store,
};

/* One message is one response, as with the device. */
static bool queue_response(int fd, struct reader *in)
{
	uint8_t bytes[TPM_MESSAGE_MAX];
	struct reader part;
	uint16_t length;
	size_t len;

	if (!rd_u16be(in, &length))
		return false;
	len = MIN((size_t)(length & ~LENGTH_KEEP), in->left);
	len = MIN(len, sizeof(bytes));
	if (!rd_sub(in, len, &part) || !len)
		return false;
	memcpy(bytes, part.p, len);
	if (!(length & LENGTH_KEEP) && len >= 6) {
		bytes[2] = bytes[3] = 0;
		bytes[4] = (uint8_t)(len >> 8);
		bytes[5] = (uint8_t)len;
	}
	return send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader in = READER(data, size);
	cleanup_tpm struct tpm *t = NULL;
	cleanup_fd int theirs = -1;
	uint8_t question;
	int fds[2];

	if (!rd_u8(&in, &question))
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		abort();
	theirs = fds[1];
	while (queue_response(theirs, &in))
		;
	(void)shutdown(theirs, SHUT_WR);
	if (tpm_open_fd(fds[0], 1000, CODE_NO_TEE, &t) < 0)
		abort();
	if (questions[question % ARRAY_SIZE(questions)](t) > 0)
		abort();
	return 0;
}
