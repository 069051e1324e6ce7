/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Foreign text for the console.  First byte: room for it. */
#include <string.h>

#include "encode.h"
#include "log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes that OUT stands for are those of TEXT, as far as they go. */
static void check(const char *out, const char *text)
{
	while (*out) {
		uint8_t c = (uint8_t)*out;

		assert(c >= 0x20 && c <= 0x7e);
		if (c == '\\') {
			assert(out[1] == 'x' && out[2] && out[3]);
			assert(hex_decode(out + 2, 2, &c, 1) == 0);
			assert(c < 0x20 || c > 0x7e || c == '\\');
			out += 3;
		}
		assert(*text && (uint8_t)*text == c);
		out++;
		text++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = size > 0 ? data[0] + (size_t)1 : 1, len;
	char *out = malloc(room), *text = calloc(1, size + 1);

	if (size > 1 && text)
		memcpy(text, data + 1, size - 1);
	if (out && text) {
		log_escape(out, room, text);
		len = strnlen(out, room);
		assert(len < room);
		check(out, text);
		/* It is cut only when the next character would not fit. */
		assert(len + 4 >= room || len >= strlen(text));
	}
	free(out);
	free(text);
	return 0;
}
