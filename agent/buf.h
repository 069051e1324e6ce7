/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf.h - a growing buffer for public bytes, and a reader that cannot overrun
 *
 * A buffer is born with its limit (struct buf b = BUF(LIMIT)).  The writers
 * return nothing: the first that fails marks the buffer, the rest do nothing,
 * and buf_error() says at the end what happened.  Never put a secret here:
 * growing leaves copies behind.
 *
 * A reader is a view on bytes that somebody else owns.  A getter that returns
 * false has consumed nothing and stored nothing; a length from the input is
 * turned into a reader of its own with rd_sub(), and bytes left over at the
 * end are an error, which rd_empty() finds.
 */
#ifndef BUF_H
#define BUF_H

#include "util.h"

struct buf {
	uint8_t *data;		/* NULL while nothing was written */
	size_t len, cap, limit;
	int error;		/* 0, -EMSGSIZE or -ENOMEM */
};

#define BUF(limit_)	{ .limit = (limit_) }
#define cleanup_buf	cleanup(buf_free)

/*
 * A buffer that writes into SIZE bytes at DATA, which somebody else owns, and
 * never grows: the way to put text together inside a secret.  Not to be freed.
 */
#define BUF_OVER(data_, size_) \
	{ .data = (data_), .cap = (size_), .limit = (size_) }

void buf_add(struct buf *b, const void *data, size_t len);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16be(struct buf *b, uint16_t v);
void buf_u32be(struct buf *b, uint32_t v);
void buf_u64be(struct buf *b, uint64_t v);
void buf_u16le(struct buf *b, uint16_t v);
void buf_u32le(struct buf *b, uint32_t v);
void buf_str(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) printf_like(2, 3);

/*
 * TEXT as a JSON string with its quotes, escaped as RFC 8785 3.2.2.2 has it:
 * \b \t \n \f \r \" \\ short, other control characters as \u00xx, all else as
 * it is.  The caller has checked that TEXT is UTF-8.
 */
void buf_json(struct buf *b, const char *text);

/* 0 or the first error of the writers. */
int buf_error(const struct buf *b) must_check;

/* The content as a C string; NULL after an error.  Owned by the buffer. */
const char *buf_cstr(struct buf *b);

/* Forgets the content and the error, keeps memory and limit. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);
void buf_move(struct buf *to, struct buf *from);

struct reader {
	const uint8_t *p;
	size_t left;
};

#define READER(data_, len_)	((struct reader){ .p = (data_), .left = (len_) })

bool rd_u8(struct reader *r, uint8_t *ret) must_check;
bool rd_u16be(struct reader *r, uint16_t *ret) must_check;
bool rd_u32be(struct reader *r, uint32_t *ret) must_check;
bool rd_u64be(struct reader *r, uint64_t *ret) must_check;
bool rd_u16le(struct reader *r, uint16_t *ret) must_check;
bool rd_u64le(struct reader *r, uint64_t *ret) must_check;
bool rd_u32le(struct reader *r, uint32_t *ret) must_check;
bool rd_bytes(struct reader *r, void *ret, size_t len) must_check;
bool rd_skip(struct reader *r, size_t len) must_check;
bool rd_sub(struct reader *r, size_t len, struct reader *ret) must_check;
bool rd_empty(const struct reader *r) must_check;

#endif /* BUF_H */
