/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "uuid/uuid.h"

static const char hex[] = "0123456789abcdef";

/* A hyphen stands before these bytes of the text form. */
static int hyphen_before(int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_clear(uuid_t uu)
{
	memset(uu, 0, sizeof(uuid_t));
}

void uuid_generate(uuid_t out)
{
	size_t done = 0;
	ssize_t n;

	while (done < sizeof(uuid_t)) {
		n = getrandom(out + done, sizeof(uuid_t) - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		/* The interface knows no failure, and this one cannot happen. */
		if (n <= 0)
			abort();
		done += (size_t)n;
	}
	out[6] = (unsigned char)((out[6] & 0x0f) | 0x40);
	out[8] = (unsigned char)((out[8] & 0x3f) | 0x80);
}

static int digit(char c)
{
	const char *p;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	p = c ? strchr(hex, c) : NULL;
	return p ? (int)(p - hex) : -1;
}

int uuid_parse(const char *in, uuid_t uu)
{
	uuid_t out;
	int i, hi, lo;

	for (i = 0; i < (int)sizeof(uuid_t); i++) {
		if (hyphen_before(i) && *in++ != '-')
			return -1;
		hi = digit(*in);
		if (hi < 0)
			return -1;
		lo = digit(in[1]);
		if (lo < 0)
			return -1;
		out[i] = (unsigned char)(hi << 4 | lo);
		in += 2;
	}
	if (*in)
		return -1;
	memcpy(uu, out, sizeof(uuid_t));
	return 0;
}

void uuid_unparse(const uuid_t uu, char *out)
{
	int i;

	for (i = 0; i < (int)sizeof(uuid_t); i++) {
		if (hyphen_before(i))
			*out++ = '-';
		*out++ = hex[uu[i] >> 4];
		*out++ = hex[uu[i] & 0x0f];
	}
	*out = '\0';
}
