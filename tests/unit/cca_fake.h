/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cca_fake.h - tokens of Arm CCA realms, right but for their signatures
 */
#ifndef CCA_FAKE_H
#define CCA_FAKE_H

#include "buf.h"
#include "cca_token.h"
#include "test.h"

#define RAK_X	0x11
#define RAK_Y	0x22

/* A token of our own; each case of a test changes one member of it. */
struct spec {
	const uint8_t *challenge;	/* NULL: 64 bytes 0xc5 */
	uint8_t personalization;	/* of each byte */
	unsigned tag, entry, sign_tag, parts;
	const char *realm_profile, *platform_profile;
	const char *hash, *rak_hash;
	size_t challenge_len, personalization_len, rem_len, rim_len;
	unsigned rems, curve, coordinate_len;
	bool bare_point, other_rak, short_platform_challenge;
	unsigned instance, lifecycle, implementation_len;
	size_t component_len;
	bool no_components, extra, trailing;
};

static const struct spec good = {
	.personalization = 0x50, .component_len = 32,
	.tag = 907, .entry = 263, .sign_tag = 18, .parts = 4,
	.realm_profile = "tag:arm.com,2023:realm#1.0.0",
	.platform_profile = "tag:arm.com,2023:cca_platform#1.0.0",
	.hash = "sha-512", .rak_hash = "sha-256",
	.challenge_len = 64, .personalization_len = 64, .rem_len = 64,
	.rim_len = 64, .rems = 4, .curve = 2, .coordinate_len = 48,
	.instance = 1, .lifecycle = 0x3003, .implementation_len = 32,
};

/* RFC 8949 3: the major type and its argument. */
static inline void head(struct buf *b, unsigned major, uint64_t n)
{
	if (n < 24) {
		buf_u8(b, (uint8_t)(major << 5 | n));
	} else if (n < 256) {
		buf_u8(b, (uint8_t)(major << 5 | 24));
		buf_u8(b, (uint8_t)n);
	} else {
		buf_u8(b, (uint8_t)(major << 5 | 25));
		buf_u16be(b, (uint16_t)n);
	}
}

static inline void number(struct buf *b, int n)
{
	head(b, n < 0, (uint64_t)(n < 0 ? -1 - n : n));
}

static inline void text(struct buf *b, const char *t)
{
	head(b, 3, strlen(t));
	buf_str(b, t);
}

static inline void bytes(struct buf *b, const void *data, size_t len)
{
	head(b, 2, len);
	buf_add(b, data, len);
}

static inline void filled(struct buf *b, uint8_t byte, size_t len)
{
	head(b, 2, len);
	for (; len; len--)
		buf_u8(b, byte);
}

static inline void put_rak(const struct spec *s, struct buf *b, uint8_t x)
{
	unsigned i;

	if (s->bare_point) {
		buf_u8(b, 4);
		for (i = 0; i < 2 * s->coordinate_len; i++)
			buf_u8(b, i < s->coordinate_len ? x : RAK_Y);
		return;
	}
	head(b, 5, 5);
	number(b, 1), number(b, 2);
	number(b, 3), number(b, -35);
	number(b, -1), number(b, (int)s->curve);
	number(b, -2), filled(b, x, s->coordinate_len);
	number(b, -3), filled(b, RAK_Y, s->coordinate_len);
}

static inline void put_realm(const struct spec *s, struct buf *b)
{
	cleanup_buf struct buf rak = BUF(512);
	unsigned i;

	put_rak(s, &rak, RAK_X);
	head(b, 5, 7u + !!s->realm_profile + s->extra);
	number(b, 10);
	if (s->challenge)
		bytes(b, s->challenge, CCA_CHALLENGE_LEN);
	else
		filled(b, 0xc5, s->challenge_len);
	if (s->realm_profile)
		number(b, 265), text(b, s->realm_profile);
	number(b, 44235), filled(b, s->personalization, s->personalization_len);
	number(b, 44236), text(b, s->hash);
	number(b, 44237), bytes(b, rak.data, rak.len);
	number(b, 44238), filled(b, 0x99, s->rim_len);
	number(b, 44239), head(b, 4, s->rems);
	for (i = 0; i < s->rems; i++)
		filled(b, (uint8_t)i, s->rem_len);
	number(b, 44240), text(b, s->rak_hash);
	if (s->extra)
		number(b, 44243), text(b, "private");
}

static inline void put_component(const struct spec *s, struct buf *b)
{
	number(b, 2399), head(b, 4, 1), head(b, 5, 2);
	number(b, 1), text(b, "BL");
	number(b, 2), filled(b, 0x42, s->component_len);
}

static inline void put_platform(const struct spec *s, struct buf *b)
{
	cleanup_buf struct buf rak = BUF(512);
	struct digest d;

	put_rak(s, &rak, s->other_rak ? RAK_X + 1 : RAK_X);
	if (!CHECK(hash(HASH_SHA256, rak.data, rak.len, &d) == 0))
		return;
	head(b, 5, 6u + !s->no_components);
	number(b, 10), bytes(b, d.bytes, s->short_platform_challenge ? 31 : 32);
	number(b, 256), head(b, 2, 33), buf_u8(b, (uint8_t)s->instance);
	buf_add(b, d.bytes, 32);
	number(b, 265), text(b, s->platform_profile);
	number(b, 2395), number(b, (int)s->lifecycle);
	number(b, 2396), filled(b, 0x77, s->implementation_len);
	if (!s->no_components)
		put_component(s, b);
	number(b, 2402), text(b, "sha-256");
}

static inline void put_half(const struct spec *s, struct buf *b, unsigned key,
		     const struct buf *claims)
{
	cleanup_buf struct buf sign = BUF(4096);

	head(&sign, 6, s->sign_tag);
	head(&sign, 4, s->parts);
	bytes(&sign, "\xa1\1\x38\x22", 4);
	head(&sign, 5, 0);
	bytes(&sign, claims->data, claims->len);
	if (s->parts == 4)
		filled(&sign, 0x33, 96);
	number(b, (int)key);
	if (s->tag == 907)
		head(b, 4, 2), number(b, (int)s->entry);
	bytes(b, sign.data, sign.len);
}

static inline void put_token(const struct spec *s, struct buf *b)
{
	cleanup_buf struct buf realm = BUF(4096), platform = BUF(4096);

	put_realm(s, &realm);
	put_platform(s, &platform);
	head(b, 6, s->tag);
	head(b, 5, 2);
	put_half(s, b, 44234, &platform);
	put_half(s, b, 44241, &realm);
	if (s->trailing)
		buf_u8(b, 0);
}

#endif /* CCA_FAKE_H */
