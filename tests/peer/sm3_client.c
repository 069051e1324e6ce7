/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our SM3 over texts of each length, for test_sm3.py to compute again.  A line
 * is the length, the hash, and the HMAC under the first bytes of the same text.
 */
#include <stdio.h>

#include "sm3.h"

#define LEN_MAX	300
#define KEY_MAX	64

static void print(const uint8_t *digest)
{
	size_t i;

	putchar(' ');
	for (i = 0; i < SM3_LEN; i++)
		printf("%02x", digest[i]);
}

int main(void)
{
	uint8_t text[LEN_MAX], digest[SM3_LEN];
	size_t len, i;

	for (i = 0; i < LEN_MAX; i++)
		text[i] = (uint8_t)(7 * i + 3);
	for (len = 0; len <= LEN_MAX; len++) {
		printf("%zu", len);
		sm3(text, len, digest);
		print(digest);
		sm3_hmac(text, MIN(len, KEY_MAX), text, len, digest);
		print(digest);
		putchar('\n');
	}
	return 0;
}
