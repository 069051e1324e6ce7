/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postern decode: evidence and logs as JSON. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "decode.h"
#include "file.h"
#include "limits.h"
#include "log.h"

/* In hex, with names around it. */
#define OUT_MAX		(8 * EVENTLOG_MAX)

/* A failure says nothing about this machine, and so has no reason code. */
static int decode(const struct options *o, const struct decode_kind *kind,
		  const struct buf *in)
{
	cleanup_buf struct buf out = BUF(OUT_MAX);
	struct reason why = { .text = "cannot be printed" };
	int r;

	r = kind->decode(in->data, in->len, &out, &why);
	buf_str(&out, "\n");
	if (r == 0)
		r = buf_error(&out);
	if (r == 0)
		r = file_write_fd(STDOUT_FILENO, out.data, out.len);
	if (r < 0)
		log_line(LOG_ERR_LEVEL, "'%.100s' as %s: %s", o->argument,
			 kind->name, why.text);
	return r;
}

int command_decode(const struct options *o)
{
	cleanup_buf struct buf in = BUF(EVENTLOG_MAX);
	const struct decode_kind *kind;
	int r;

	log_step(o->command);
	r = file_read(o->argument, &in);
	if (r == 0 && in.len == 0)
		r = -ENODATA;
	if (r < 0) {
		log_line(LOG_ERR_LEVEL, "cannot read '%.100s': %s", o->argument,
			 strerror(-r));
		return 1;
	}
	kind = decode_find(o->as, in.data, in.len);
	if (!kind) {
		fprintf(stderr, "postern: decode: %s; kinds are: %s\n",
			o->as ? "this kind is not known" : "the file looks like no kind, say which with --as",
			decode_kinds);
		return 2;
	}
	return decode(o, kind, &in) < 0 ? 1 : 0;
}
