/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"

static uint8_t *grow(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 64;
	uint8_t *data;

	if (b->error)
		return NULL;
	/* One byte is kept for the NUL of buf_cstr(). */
	if (more >= b->limit || b->len > b->limit - more - 1) {
		b->error = -EMSGSIZE;
		return NULL;
	}
	while (cap < b->len + more + 1)
		cap *= 2;
	if (cap != b->cap) {
		data = realloc(b->data, cap);
		if (!data) {
			b->error = -ENOMEM;
			return NULL;
		}
		b->data = data;
		b->cap = cap;
	}
	data = b->data + b->len;
	b->len += more;
	return data;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	uint8_t *p = grow(b, len);

	if (p && len)
		memcpy(p, data, len);
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void buf_u16be(struct buf *b, uint16_t v)
{
	buf_u8(b, (uint8_t)(v >> 8));
	buf_u8(b, (uint8_t)v);
}

void buf_u32be(struct buf *b, uint32_t v)
{
	buf_u16be(b, (uint16_t)(v >> 16));
	buf_u16be(b, (uint16_t)v);
}

void buf_u64be(struct buf *b, uint64_t v)
{
	buf_u32be(b, (uint32_t)(v >> 32));
	buf_u32be(b, (uint32_t)v);
}

void buf_u16le(struct buf *b, uint16_t v)
{
	buf_u8(b, (uint8_t)v);
	buf_u8(b, (uint8_t)(v >> 8));
}

void buf_u32le(struct buf *b, uint32_t v)
{
	buf_u16le(b, (uint16_t)v);
	buf_u16le(b, (uint16_t)(v >> 16));
}

void buf_str(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap, again;
	uint8_t *p;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	/* The NUL that vsnprintf() writes goes where grow() keeps a byte. */
	p = n < 0 ? NULL : grow(b, (size_t)n);
	if (p)
		(void)vsnprintf((char *)p, (size_t)n + 1, format, again);
	else if (!b->error)
		b->error = -ENOMEM;
	va_end(again);
}

void buf_json(struct buf *b, const char *text)
{
	static const char shorts[] = "\"\"\\\\\bb\tt\nn\ff\rr";

	buf_u8(b, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		size_t i;

		for (i = 0; shorts[i] && (unsigned char)shorts[i] != c; i += 2)
			;
		if (shorts[i])
			buf_printf(b, "\\%c", shorts[i + 1]);
		else if (c < 0x20)
			buf_printf(b, "\\u%04x", c);
		else
			buf_u8(b, c);
	}
	buf_u8(b, '"');
}

int buf_error(const struct buf *b)
{
	return b->error;
}

const char *buf_cstr(struct buf *b)
{
	if (!b->data)
		buf_add(b, "", 0);
	if (b->error)
		return NULL;
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->error = 0;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .limit = b->limit };
}

void buf_move(struct buf *to, struct buf *from)
{
	buf_free(to);
	*to = *from;
	*from = (struct buf){ .limit = to->limit };
}

bool rd_sub(struct reader *r, size_t len, struct reader *ret)
{
	if (len > r->left)
		return false;
	*ret = READER(r->p, len);
	r->p += len;
	r->left -= len;
	return true;
}

bool rd_bytes(struct reader *r, void *ret, size_t len)
{
	struct reader part;

	if (!rd_sub(r, len, &part))
		return false;
	if (len)
		memcpy(ret, part.p, len);
	return true;
}

bool rd_skip(struct reader *r, size_t len)
{
	struct reader part;

	return rd_sub(r, len, &part);
}

bool rd_u8(struct reader *r, uint8_t *ret)
{
	return rd_bytes(r, ret, 1);
}

static bool rd_be(struct reader *r, size_t len, uint64_t *ret)
{
	struct reader part;
	uint64_t v = 0;
	size_t i;

	if (!rd_sub(r, len, &part))
		return false;
	for (i = 0; i < len; i++)
		v = v << 8 | part.p[i];
	*ret = v;
	return true;
}

bool rd_u16be(struct reader *r, uint16_t *ret)
{
	uint64_t v;

	if (!rd_be(r, 2, &v))
		return false;
	*ret = (uint16_t)v;
	return true;
}

bool rd_u32be(struct reader *r, uint32_t *ret)
{
	uint64_t v;

	if (!rd_be(r, 4, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

bool rd_u64be(struct reader *r, uint64_t *ret)
{
	return rd_be(r, 8, ret);
}

bool rd_u64le(struct reader *r, uint64_t *ret)
{
	uint64_t v;

	if (!rd_u64be(r, &v))
		return false;
	*ret = __builtin_bswap64(v);
	return true;
}

bool rd_u32le(struct reader *r, uint32_t *ret)
{
	uint32_t v;

	if (!rd_u32be(r, &v))
		return false;
	*ret = __builtin_bswap32(v);
	return true;
}

bool rd_u16le(struct reader *r, uint16_t *ret)
{
	uint16_t v;

	if (!rd_u16be(r, &v))
		return false;
	*ret = __builtin_bswap16(v);
	return true;
}

bool rd_empty(const struct reader *r)
{
	return r->left == 0;
}
