/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cpio.h"

#define MAGIC_LEN	6
#define FIELDS		13
#define DIGITS		8
#define HEADER_LEN	(MAGIC_LEN + FIELDS * DIGITS)
#define NAME_MAX_LEN	4096
#define TRAILER		"TRAILER!!!"

enum { FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME_SIZE = 11 };

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_CONFIG, "the archive %s", text);
}

static bool hex_field(const uint8_t *p, uint32_t *ret)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < DIGITS; i++) {
		const char *digits = "0123456789abcdef";
		const char *d = memchr(digits, p[i] | 0x20, 16);

		if (!d)
			return false;
		v = v << 4 | (uint32_t)(d - digits);
	}
	*ret = v;
	return true;
}

bool cpio_begins(const struct reader *r)
{
	return r->left >= HEADER_LEN && memcmp(r->p, "07070", 5) == 0 &&
	       (r->p[5] == '1' || r->p[5] == '2');
}

/* Name and data each end at a multiple of four from the start of the header. */
static bool take(struct reader *r, size_t before, size_t len,
		 struct reader *ret)
{
	size_t end = before + len, pad = (4 - end % 4) % 4;

	return rd_sub(r, len, ret) && rd_skip(r, MIN(pad, r->left));
}

static void skip_zeros(struct reader *r)
{
	while (r->left && *r->p == 0 && rd_skip(r, 1))
		;
}

int cpio_next(struct reader *r, struct cpio_entry *ret, struct reason *why)
{
	struct cpio_entry e;
	struct reader header, name;
	uint32_t size, name_size;

	if (!cpio_begins(r) || !rd_sub(r, HEADER_LEN, &header))
		return bad(why, "is no initramfs");
	if (!hex_field(header.p + MAGIC_LEN + FIELD_MODE * DIGITS, &e.mode) ||
	    !hex_field(header.p + MAGIC_LEN + FIELD_SIZE * DIGITS, &size) ||
	    !hex_field(header.p + MAGIC_LEN + FIELD_NAME_SIZE * DIGITS,
		       &name_size))
		return bad(why, "has a malformed header");
	if (name_size == 0 || name_size > NAME_MAX_LEN ||
	    !take(r, HEADER_LEN, name_size, &name) ||
	    name.p[name_size - 1] != '\0' || !take(r, 0, size, &e.data))
		return bad(why, "is cut off");
	e.name = (const char *)name.p;
	if (strcmp(e.name, TRAILER) == 0) {
		skip_zeros(r);
		return 0;
	}
	*ret = e;
	return 1;
}
