/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm_fake.h - the TPM as an enemy, for test_tpm*.c
 *
 * Here are the answers of a TPM that does everything right, byte by byte (the
 * layouts of TPM 2.0 part 2, and tee-abi.md 4.4), and what plays them with one
 * field changed.  They are queued in a socket pair, where one message is one
 * response as with the device.
 */
#ifndef TPM_FAKE_H
#define TPM_FAKE_H

#include <sys/socket.h>

#include "../../agent/buf.h"
#include "../../agent/encode.h"
#include "../../agent/log.h"
#include "../../agent/tpm.h"
#include "test.h"

#define ANSWERS_MAX	40
#define LIMIT_MS	2000
#define NONCE_LEN	32
#define NONCE_BYTE	0xab

/* Where the fields are; header 10, then with a password the parameter size. */
#define QUOTE_AT	16	/* TPMS_ATTEST after its TPM2B size */
#define QUOTE_LEN	145
#define SIGNATURE_AT	(QUOTE_AT + QUOTE_LEN)
#define AUTH_AT		(SIGNATURE_AT + TPM_SIGNATURE_LEN)
#define PUBLIC_AT	12	/* TPMT_PUBLIC of TPM2_ReadPublic */
#define PUBLIC_LEN	280
#define PARAMS_AT	10	/* without a password */

struct script {
	struct buf answer[ANSWERS_MAX];
	size_t count;
};

#define cleanup_script	cleanup(script_free)

static inline struct buf *next(struct script *s)
{
	struct buf *b = &s->answer[s->count++];

	assert(s->count <= ANSWERS_MAX);
	*b = (struct buf)BUF(TPM_MESSAGE_MAX + 2);
	return b;
}

static inline void script_free(struct script *s)
{
	while (s->count)
		buf_free(&s->answer[--s->count]);
}

static inline void set_u32(struct buf *b, size_t at, size_t v)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		b->data[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Header, handle if there is one, parameters, empty authorization. */
static inline void frame(struct script *s, bool auth, uint32_t handle,
		  const struct buf *params)
{
	struct buf *b = next(s);

	buf_u16be(b, auth ? 0x8002 : 0x8001);
	buf_u32be(b, 0);
	buf_u32be(b, 0);
	if (handle)
		buf_u32be(b, handle);
	if (auth)
		buf_u32be(b, (uint32_t)params->len);
	buf_add(b, params->data, params->len);
	if (auth)
		buf_add(b, "\0\0\1\0\0", 5);
	set_u32(b, 2, b->len);
}

static inline void refuse(struct script *s, uint32_t code)
{
	struct buf *b = next(s);

	buf_u16be(b, 0x8001);
	buf_u32be(b, 10);
	buf_u32be(b, code);
}

static inline void fill(struct buf *b, uint8_t byte, size_t len)
{
	while (len--)
		buf_u8(b, byte);
}

static inline void put_selection(struct buf *b, uint16_t alg, unsigned first,
			  unsigned count)
{
	uint32_t mask = ((1u << count) - 1) << first;

	buf_u16be(b, alg);
	buf_u8(b, 3);
	buf_u8(b, (uint8_t)mask);
	buf_u8(b, (uint8_t)(mask >> 8));
	buf_u8(b, (uint8_t)(mask >> 16));
}

/* SHA-1 unused, SHA-256 and SHA-384 in use. */
static inline void good_banks(struct script *s)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u8(&p, 0);
	buf_u32be(&p, 5);
	buf_u32be(&p, 3);
	put_selection(&p, 0x0004, 0, 0);
	put_selection(&p, 0x000b, 0, 24);
	put_selection(&p, 0x000c, 0, 24);
	frame(s, false, 0, &p);
}

/* PCR N has N in each byte. */
static inline void some_pcrs(struct script *s, uint32_t counter, unsigned first,
		      unsigned count)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);
	unsigned i;

	buf_u32be(&p, counter);
	buf_u32be(&p, 1);
	put_selection(&p, 0x000b, first, count);
	buf_u32be(&p, count);
	for (i = first; i < first + count; i++) {
		buf_u16be(&p, TPM_PCR_LEN);
		fill(&p, (uint8_t)i, TPM_PCR_LEN);
	}
	frame(s, false, 0, &p);
}

static inline void good_pcrs(struct script *s)
{
	some_pcrs(s, 7, 0, 8);
	some_pcrs(s, 7, 8, 8);
	some_pcrs(s, 7, 16, 8);
}

static inline void put_message(struct buf *b, uint8_t digest_flip)
{
	uint8_t pcrs[TPM_PCR_COUNT][TPM_PCR_LEN];
	struct digest d = { .alg = HASH_SHA256 };
	unsigned i;

	for (i = 0; i < TPM_PCR_COUNT; i++)
		memset(pcrs[i], (int)i, TPM_PCR_LEN);
	CHECK(hash(HASH_SHA256, pcrs, sizeof(pcrs), &d) == 0);
	buf_u32be(b, 0xff544347);
	buf_u16be(b, 0x8018);
	buf_u16be(b, 34);
	buf_u16be(b, 0x000b);
	fill(b, 0x51, 32);
	buf_u16be(b, NONCE_LEN);
	fill(b, NONCE_BYTE, NONCE_LEN);
	fill(b, 0, 8 + 4 + 4);
	buf_u8(b, 1);
	fill(b, 0, 8);
	buf_u32be(b, 1);
	put_selection(b, 0x000b, 0, 24);
	buf_u16be(b, TPM_PCR_LEN);
	d.bytes[0] ^= digest_flip;
	buf_add(b, d.bytes, TPM_PCR_LEN);
}

static inline void some_quote(struct script *s, uint8_t digest_flip)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	buf_u16be(&p, QUOTE_LEN);
	put_message(&p, digest_flip);
	CHECK(p.len == 2 + QUOTE_LEN);
	buf_u16be(&p, 0x0014);
	buf_u16be(&p, 0x000b);
	buf_u16be(&p, TPM_RSA_LEN);
	fill(&p, 0x5a, TPM_RSA_LEN);
	frame(s, true, 0, &p);
}

static inline void good_quote(struct script *s)
{
	good_pcrs(s);
	some_quote(s, 0);
}

static inline void put_public(struct buf *b)
{
	buf_u16be(b, PUBLIC_LEN);
	buf_u16be(b, 0x0001);
	buf_u16be(b, 0x000b);
	buf_u32be(b, 0x00050072);
	buf_u16be(b, 0);
	buf_u16be(b, 0x0010);
	buf_u16be(b, 0x0014);
	buf_u16be(b, 0x000b);
	buf_u16be(b, 2048);
	buf_u32be(b, 0);
	buf_u16be(b, TPM_RSA_LEN);
	fill(b, 0xc5, TPM_RSA_LEN);
}

static inline void put_sized(struct buf *b, uint16_t len)
{
	buf_u16be(b, len);
	fill(b, 0x77, len);
}

static inline void good_find(struct script *s)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	put_public(&p);
	put_sized(&p, 34);
	put_sized(&p, 34);
	frame(s, false, 0, &p);
}

static inline void some_make(struct script *s, uint32_t handle)
{
	cleanup_buf struct buf p = BUF(TPM_MESSAGE_MAX);

	put_public(&p);
	put_sized(&p, 55);
	put_sized(&p, 32);
	buf_u16be(&p, 0x8021);
	buf_u32be(&p, 0x4000000b);
	put_sized(&p, 32);
	put_sized(&p, 34);
	frame(s, true, handle, &p);
}

static inline void good_make(struct script *s)
{
	some_make(s, 0x80000001);
}

static inline void good_extend(struct script *s)
{
	static const struct buf nothing = BUF(1);

	frame(s, true, 0, &nothing);
}

/* The other end of a connection, where the test is the TPM. */
struct fake {
	struct tpm *tpm;
	int theirs;
};

/* One change to a script: byte AT of an answer, and what then comes out. */
struct edit {
	const char *name;
	size_t answer, at;
	uint8_t flip;
	int want;
};

static inline bool fake_open(struct fake *f, const struct script *s,
			     int limit_ms)
{
	int fds[2];
	size_t i;

	if (!CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0))
		return false;
	f->theirs = fds[1];
	for (i = 0; s && i < s->count; i++)
		CHECK(send(f->theirs, s->answer[i].data, s->answer[i].len, 0) ==
		      (ssize_t)s->answer[i].len);
	failure_clear();
	return CHECK(tpm_open_fd(fds[0], limit_ms, CODE_MEASURE,
				 &f->tpm) == 0);
}

static inline void fake_close(struct fake *f)
{
	tpm_close(f->tpm);
	close_fd(&f->theirs);
}

/* The answers are all there: after them the TPM hangs up. */
static inline int play(const struct script *s, int (*run)(struct tpm *t))
{
	struct fake f;
	int r;

	if (!fake_open(&f, s, LIMIT_MS))
		return 0;
	CHECK(shutdown(f.theirs, SHUT_WR) == 0);
	r = run(f.tpm);
	if (r < 0)
		CHECK(failure()->code == CODE_MEASURE);
	fake_close(&f);
	return r;
}

/* Sets the length of an answer, and its header to say so. */
static inline void resize(struct buf *b, size_t len)
{
	b->len = len;
	set_u32(b, 2, len);
}

/* Every length that an answer can be cut to, and one byte too many. */
static inline void play_lengths(struct script *s, int (*run)(struct tpm *t))
{
	size_t i, len, whole;

	for (i = 0; i < s->count; i++) {
		whole = s->answer[i].len;
		CASE("cut off, with a header that fits");
		for (len = whole - 1; len >= 10; len--) {
			resize(&s->answer[i], len);
			CHECK_EQ_INT(play(s, run), -EBADMSG);
		}
		CASE("one byte more");
		resize(&s->answer[i], whole);
		buf_u8(&s->answer[i], 0);
		resize(&s->answer[i], whole + 1);
		CHECK_EQ_INT(play(s, run), -EBADMSG);
		resize(&s->answer[i], whole);
	}
}

/* The good answers, each change of TABLE to them, then other lengths. */
static inline void play_edits(void (*good)(struct script *s),
			      int (*run)(struct tpm *t),
			      const struct edit *table, size_t count)
{
	cleanup_script struct script s = { .count = 0 };
	size_t i;

	good(&s);
	CHECK_EQ_INT(play(&s, run), 0);
	for (i = 0; i < count; i++) {
		struct buf *b = &s.answer[table[i].answer];

		CASE(table[i].name);
		REQUIRE(table[i].at < b->len);
		b->data[table[i].at] ^= table[i].flip;
		CHECK_EQ_INT(play(&s, run), table[i].want);
		b->data[table[i].at] ^= table[i].flip;
	}
	play_lengths(&s, run);
	CASE(NULL);
}

/* The next command that the TPM was sent, in hex. */
static inline const char *command(struct fake *f, struct buf *hex)
{
	uint8_t bytes[TPM_MESSAGE_MAX];
	ssize_t n = recv(f->theirs, bytes, sizeof(bytes), MSG_DONTWAIT);

	buf_reset(hex);
	if (n > 0)
		buf_hex(hex, bytes, (size_t)n);
	return buf_cstr(hex);
}

#endif /* TPM_FAKE_H */
