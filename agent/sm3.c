/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "sm3.h"

#define BLOCK_LEN	64
#define LENGTH_LEN	8
#define ROUNDS		64

/* GB/T 32905 4.1, the initial value. */
static const uint32_t initial[8] = {
	0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
	0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
};

struct state {
	uint32_t v[8];
	uint64_t len;			/* of all bytes so far */
	uint8_t block[BLOCK_LEN];	/* of which the last may be here */
};

static uint32_t rotl(uint32_t x, unsigned n)
{
	n %= 32;
	return n ? x << n | x >> (32 - n) : x;
}

static uint32_t load(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void store(uint8_t *p, uint32_t x)
{
	p[0] = (uint8_t)(x >> 24);
	p[1] = (uint8_t)(x >> 16);
	p[2] = (uint8_t)(x >> 8);
	p[3] = (uint8_t)x;
}

/* 4.4: the two permutations. */
static uint32_t p0(uint32_t x)
{
	return x ^ rotl(x, 9) ^ rotl(x, 17);
}

static uint32_t p1(uint32_t x)
{
	return x ^ rotl(x, 15) ^ rotl(x, 23);
}

/* 5.3.2: a block becomes 68 words. */
static void expand(const uint8_t *block, uint32_t w[static ROUNDS + 4])
{
	size_t j;

	for (j = 0; j < 16; j++)
		w[j] = load(block + 4 * j);
	for (; j < ROUNDS + 4; j++)
		w[j] = p1(w[j - 16] ^ w[j - 9] ^ rotl(w[j - 3], 15)) ^
		       rotl(w[j - 13], 7) ^ w[j - 6];
}

/* 5.3.3: the compression function; names as there. */
static void compress(struct state *s, const uint8_t *block)
{
	uint32_t a = s->v[0], b = s->v[1], c = s->v[2], d = s->v[3];
	uint32_t e = s->v[4], f = s->v[5], g = s->v[6], h = s->v[7];
	uint32_t w[ROUNDS + 4], ss1, ss2, tt1, tt2, ff, gg;
	unsigned j;

	expand(block, w);
	for (j = 0; j < ROUNDS; j++) {
		ss1 = rotl(rotl(a, 12) + e +
			   rotl(j < 16 ? 0x79cc4519 : 0x7a879d8a, j), 7);
		ss2 = ss1 ^ rotl(a, 12);
		ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
		gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
		tt1 = ff + d + ss2 + (w[j] ^ w[j + 4]);
		tt2 = gg + h + ss1 + w[j];
		d = c;
		c = rotl(b, 9);
		b = a;
		a = tt1;
		h = g;
		g = rotl(f, 19);
		f = e;
		e = p0(tt2);
	}
	s->v[0] ^= a;
	s->v[1] ^= b;
	s->v[2] ^= c;
	s->v[3] ^= d;
	s->v[4] ^= e;
	s->v[5] ^= f;
	s->v[6] ^= g;
	s->v[7] ^= h;
}

static void begin(struct state *s)
{
	memcpy(s->v, initial, sizeof(initial));
	s->len = 0;
}

static void add(struct state *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		size_t used = s->len % BLOCK_LEN;
		size_t n = MIN(len, BLOCK_LEN - used);

		memcpy(s->block + used, p, n);
		if (used + n == BLOCK_LEN)
			compress(s, s->block);
		s->len += n;
		p += n;
		len -= n;
	}
}

/* 5.2: a bit, zeros, and the length in bits. */
static void end(struct state *s, uint8_t ret[static SM3_LEN])
{
	static const uint8_t padding[BLOCK_LEN] = { 0x80 };
	size_t used = s->len % BLOCK_LEN, last = BLOCK_LEN - LENGTH_LEN, i;
	uint64_t bits = s->len * 8;
	uint8_t length[LENGTH_LEN];

	store(length, (uint32_t)(bits >> 32));
	store(length + 4, (uint32_t)bits);
	add(s, padding, (used < last ? last : last + BLOCK_LEN) - used);
	add(s, length, sizeof(length));
	for (i = 0; i < ARRAY_SIZE(s->v); i++)
		store(ret + 4 * i, s->v[i]);
}

void sm3(const void *data, size_t len, uint8_t ret[static SM3_LEN])
{
	struct state s;

	begin(&s);
	add(&s, data, len);
	end(&s, ret);
}

/* RFC 2104 2: the key, padded and with each byte changed by PAD. */
static void add_key(struct state *s, const void *key, size_t len, uint8_t pad)
{
	uint8_t block[BLOCK_LEN] = { 0 };
	size_t i;

	assert(len <= sizeof(block));
	memcpy(block, key, len);
	for (i = 0; i < sizeof(block); i++)
		block[i] ^= pad;
	add(s, block, sizeof(block));
}

void sm3_hmac(const void *key, size_t key_len, const void *data, size_t len,
	      uint8_t ret[static SM3_LEN])
{
	uint8_t inner[SM3_LEN];
	struct state s;

	begin(&s);
	add_key(&s, key, key_len, 0x36);
	add(&s, data, len);
	end(&s, inner);
	begin(&s);
	add_key(&s, key, key_len, 0x5c);
	add(&s, inner, sizeof(inner));
	end(&s, ret);
}
