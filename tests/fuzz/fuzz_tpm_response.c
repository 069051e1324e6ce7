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
#include "../../agent/tpm_ek.h"

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

/*
 * With an EK that nobody has; the one in the corpus is the same.  The HMAC at the
 * end needs the salt, so that what comes before it is as far as this gets.
 */
static int ask_ek(struct tpm *t)
{
	static const uint8_t head[] = {
		0x00, 0x01, 0x00, 0x0b, 0x00, 0x03, 0x00, 0xb2, 0x00, 0x20,
		0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90,
		0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e,
		0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14,
		0x69, 0xaa, 0x00, 0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10,
		0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
	};
	uint8_t ek[sizeof(head) + TPM_RSA_LEN];
	int r;

	memcpy(ek, head, sizeof(head));
	memset(ek + sizeof(head), 0xc5, TPM_RSA_LEN);
	r = tpm_ek_prove(t, ek, sizeof(ek));
	assert(r < 0);
	return r;
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
	ask_nv_read, ask_nv_store, ask_ek,
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
