/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "buf.h"
#include "encode.h"
#include "secret.h"

/* -1 (all bits) if lo <= c <= hi, else 0; all values are below 2^8. */
static int in_range(int c, int lo, int hi)
{
	return ((lo - 1 - c) & (c - hi - 1)) >> 8;
}

/* Value of one base64 character, or -1. */
static int b64_value(int c, bool url)
{
	int plus = url ? '-' : '+', slash = url ? '_' : '/';
	int v = -1;

	v += in_range(c, 'A', 'Z') & (c - 'A' + 1);
	v += in_range(c, 'a', 'z') & (c - 'a' + 27);
	v += in_range(c, '0', '9') & (c - '0' + 53);
	v += in_range(c, plus, plus) & 63;
	v += in_range(c, slash, slash) & 64;
	return v;
}

static char b64_char(unsigned v, bool url)
{
	int c = (int)v;
	int out = 0;

	out |= in_range(c, 0, 25) & (c + 'A');
	out |= in_range(c, 26, 51) & (c - 26 + 'a');
	out |= in_range(c, 52, 61) & (c - 52 + '0');
	out |= in_range(c, 62, 62) & (url ? '-' : '+');
	out |= in_range(c, 63, 63) & (url ? '_' : '/');
	return (char)out;
}

void buf_b64(struct buf *b, const void *data, size_t len, enum b64 form)
{
	const uint8_t *p = data;
	bool url = form != B64_STD;
	size_t i;

	for (i = 0; i < len; i += 3) {
		size_t n = MIN(len - i, 3), k;
		unsigned v = (unsigned)p[i] << 16;

		if (n > 1)
			v |= (unsigned)p[i + 1] << 8;
		if (n > 2)
			v |= p[i + 2];
		for (k = 0; k < n + 1; k++)
			buf_u8(b, (uint8_t)b64_char(v >> (18 - 6 * k) & 63, url));
		for (; k < 4 && form != B64_URL; k++)
			buf_u8(b, '=');
	}
}

void buf_hex(struct buf *b, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		buf_printf(b, "%02x", p[i]);
}

void buf_numbers(struct buf *b, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	buf_str(b, "[");
	for (i = 0; i < len; i++)
		buf_printf(b, "%s%u", i ? "," : "", p[i]);
	buf_str(b, "]");
}

/* The length without padding, which must make up full groups of four. */
static int strip_padding(const char *text, size_t len, size_t *ret_len)
{
	size_t n = len;

	while (n > 0 && len - n < 2 && text[n - 1] == '=')
		n--;
	if (n != len && len % 4 != 0)
		return -EBADMSG;
	if (n % 4 == 1)
		return -EBADMSG;
	*ret_len = n;
	return 0;
}

int b64_decode(const char *text, size_t len, enum b64 form,
	       uint8_t *out, size_t size, size_t *ret_len)
{
	unsigned acc = 0, bits = 0;
	size_t i, n = 0;
	int bad = 0, r;

	r = strip_padding(text, len, &len);
	if (r < 0)
		return r;
	if (len / 4 * 3 + len % 4 * 3 / 4 > size)
		return -EMSGSIZE;
	for (i = 0; i < len; i++) {
		int v = b64_value((unsigned char)text[i], form != B64_STD);

		bad |= v;
		acc = (acc << 6 | ((unsigned)v & 63)) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(acc >> bits);
		}
	}
	/* A negative value was seen, or bits are left that nothing encodes. */
	if (bad < 0 || (acc & ((1U << bits) - 1)) != 0)
		return -EBADMSG;
	*ret_len = n;
	return 0;
}

int b64_decode_secret(const char *text, size_t len, enum b64 form,
		      struct secret *ret)
{
	cleanup_secret struct secret s = { 0 };
	size_t n;
	int r;

	if (len == 0)
		return -EBADMSG;
	r = secret_alloc(&s, B64_DECODED_MAX(len));
	if (r < 0)
		return r;
	r = b64_decode(text, len, form, s.data, s.len, &n);
	if (r < 0)
		return r;
	if (n == 0)
		return -EBADMSG;
	secret_shrink(&s, n);
	secret_move(ret, &s);
	return 0;
}

static int hex_value(int c)
{
	int v = -1;

	v += in_range(c, '0', '9') & (c - '0' + 1);
	v += in_range(c, 'a', 'f') & (c - 'a' + 11);
	v += in_range(c, 'A', 'F') & (c - 'A' + 11);
	return v;
}

int hex_decode(const char *text, size_t text_len, uint8_t *out, size_t len)
{
	size_t i;

	if (text_len != 2 * len)
		return -EBADMSG;
	for (i = 0; i < len; i++) {
		int hi = hex_value((unsigned char)text[2 * i]);
		int lo = hex_value((unsigned char)text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EBADMSG;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	const char *p;

	if (!*text || (text[0] == '0' && text[1]))
		return -EBADMSG;
	for (p = text; *p; p++) {
		unsigned digit = (unsigned)*p - '0';

		if (digit > 9)
			return -EBADMSG;
		if (v > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		v = v * 10 + digit;
	}
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

bool is_uuid(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' :
		    !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return i == 36;
}
