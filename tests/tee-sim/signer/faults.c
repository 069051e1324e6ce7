/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "signer.h"

static void read_line(char *line, struct faults *f, unsigned long *times)
{
	const char *name = next_word(&line);
	unsigned long n = 0;

	if (!name)
		return;
	number(next_word(&line), &n);
	if (strcmp(name, "errno") == 0)
		f->error = n;
	else if (strcmp(name, "delay") == 0)
		f->delay_ms = n;
	else if (strcmp(name, "flip") == 0)
		f->flip = (long)n;
	else if (strcmp(name, "manifest") == 0)
		f->flip_manifest = (long)n;
	else if (strcmp(name, "trunc") == 0)
		f->trunc = (long)n;
	else if (strcmp(name, "pad") == 0)
		f->pad = n < PAD_MAX ? n : PAD_MAX;
	else if (strcmp(name, "fw") == 0)
		f->fw = n;
	else if (strcmp(name, "vmm") == 0)
		f->vmm = n;
	else if (strcmp(name, "stale") == 0)
		f->stale = true;
	else if (strcmp(name, "noaux") == 0)
		f->no_aux = true;
	else if (strcmp(name, "times") == 0)
		*times = n;
	else
		fprintf(stderr, "tsm-simd: unknown fault '%s'\n", name);
}

/* How many requests this file was read for; another file counts anew. */
static unsigned long count(const struct stat *st)
{
	static unsigned long used;
	static struct timespec when;
	static ino_t which;

	if (st->st_ino != which || st->st_mtim.tv_sec != when.tv_sec ||
	    st->st_mtim.tv_nsec != when.tv_nsec)
		used = 0;
	which = st->st_ino;
	when = st->st_mtim;
	return used++;
}

void faults_read(const char *path, struct faults *ret)
{
	const struct faults none = { .flip = -1, .flip_manifest = -1, .trunc = -1 };
	unsigned long times = ~0UL;
	struct blob file;
	struct stat st;
	char *text, *line;

	*ret = none;
	if (stat(path, &st) || !load("", path, &file))
		return;
	text = (char *)file.data;
	while ((line = next_line(&text)))
		read_line(line, ret, &times);
	free(file.data);
	if (count(&st) >= times)
		*ret = none;
}
