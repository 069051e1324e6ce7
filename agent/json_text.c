/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_text.h"

/* Value of 4 hex digits; -1 if they are not. */
static int hex4(const char *s, const char *end)
{
	int v = 0, i;

	if (end - s < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char c = s[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (c - 'A' + 10);
		else
			return -1;
	}
	return v;
}

uint32_t json_unescape(const char *s, const char *end, size_t *ret_len)
{
	static const char shorts[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	int hi, lo;
	size_t i;

	*ret_len = 2;
	if (end - s < 2)
		return 0;
	for (i = 0; shorts[i]; i += 2)
		if (s[1] == shorts[i])
			return (uint32_t)shorts[i + 1];
	hi = s[1] == 'u' ? hex4(s + 2, end) : -1;
	*ret_len = 6;
	if (hi < 0 || (hi >= 0xdc00 && hi <= 0xdfff))
		return 0;
	if (hi < 0xd800 || hi > 0xdfff)
		return (uint32_t)hi;
	/* A high surrogate: the low one must follow. */
	if (end - s < 12 || s[6] != '\\' || s[7] != 'u')
		return 0;
	lo = hex4(s + 8, end);
	*ret_len = 12;
	if (lo < 0xdc00 || lo > 0xdfff)
		return 0;
	return 0x10000 +
	       ((uint32_t)(hi - 0xd800) << 10 | (uint32_t)(lo - 0xdc00));
}

size_t utf8_len(const char *s, const char *end)
{
	/* First byte from, to; second byte from, to; length. */
	static const uint8_t forms[][5] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const uint8_t *form = NULL;
	uint8_t c = (uint8_t)*s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (c >= forms[i][0] && c <= forms[i][1])
			form = forms[i];
	if (!form || end - s < form[4])
		return 0;
	for (i = 1; i < form[4]; i++) {
		c = (uint8_t)s[i];
		if (c < (i == 1 ? form[2] : 0x80) ||
		    c > (i == 1 ? form[3] : 0xbf))
			return 0;
	}
	return form[4];
}

struct json_walk json_walk(const struct json *j, const struct json_token *t)
{
	return (struct json_walk){
		.p = j->text + t->start,
		.end = j->text + t->end,
	};
}

int json_walk_byte(struct json_walk *w)
{
	uint32_t cp;
	size_t n;

	if (w->more_len)
		return w->more[--w->more_len];
	if (w->p == w->end)
		return -1;
	if (*w->p != '\\')
		return (uint8_t)*w->p++;
	cp = json_unescape(w->p, w->end, &n);
	w->p += n;
	if (cp < 0x80)
		return (int)cp;
	/* RFC 3629 3: each byte that follows leaves one bit less in the first. */
	while (cp >= 0x40U >> w->more_len) {
		w->more[w->more_len++] = (uint8_t)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	return (int)((0x7f80U >> w->more_len & 0xff) | cp);
}

int json_compare(const struct json *j, const struct json_token *a,
		 const struct json_token *b)
{
	struct json_walk wa = json_walk(j, a), wb = json_walk(j, b);
	int ca, cb;

	do {
		ca = json_walk_byte(&wa);
		cb = json_walk_byte(&wb);
	} while (ca == cb && ca >= 0);
	return ca - cb;
}
