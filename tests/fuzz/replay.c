/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds each file named on the command line to a fuzz target, which this file
 * is linked with in place of libFuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX	(1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static int replay(const char *path)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *data = malloc(INPUT_MAX);
	size_t size = f && data ? fread(data, 1, INPUT_MAX, f) : 0;
	int bad = !f || !data || ferror(f);

	if (f)
		(void)fclose(f);
	if (bad) {
		fprintf(stderr, "cannot read '%s'\n", path);
	} else {
		/* Exactly as large as the input, so that ASan sees more. */
		uint8_t *exact = realloc(data, size ? size : 1);

		data = exact ? exact : data;
		(void)LLVMFuzzerTestOneInput(data, size);
	}
	free(data);
	return bad;
}

int main(int argc, char **argv)
{
	int i, bad = 0;

	if (LLVMFuzzerInitialize && LLVMFuzzerInitialize(&argc, &argv) != 0)
		return 1;
	for (i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad;
}
