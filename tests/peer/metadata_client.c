/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata_client.c - our client of the metadata service, for test_metadata
 *
 *	metadata_client ADDRESS[:PORT] vcek		what was got, in hex
 *	metadata_client ADDRESS[:PORT] quote HEX	of this TDREPORT
 *
 * On failure the reason's line, and exit status 75 for what may be tried again.
 */
#include <stdio.h>
#include <string.h>

#include "../../agent/buf.h"
#include "../../agent/encode.h"
#include "../../agent/log.h"
#include "../../agent/metadata.h"
#include "../../agent/td_quote.h"

static int ask(char **args, struct buf *ret)
{
	uint8_t report[TD_REPORT_LEN];
	int r;

	if (strcmp(args[2], "vcek") == 0)
		return metadata_vcek(args[1], ret);
	r = hex_decode(args[3], strlen(args[3]), report, sizeof(report));
	return r ?: metadata_td_quote(args[1], report, sizeof(report), ret);
}

int main(int argc, char **argv)
{
	cleanup_buf struct buf got = BUF(METADATA_QUOTE_MAX + 1);
	cleanup_buf struct buf hex = BUF(2 * METADATA_QUOTE_MAX + 1);
	int r;

	if (argc != (argc > 2 && strcmp(argv[2], "quote") == 0 ? 4 : 3))
		return 2;
	r = ask(argv, &got);
	if (r < 0) {
		log_failure(r, false);
		return r == -EAGAIN ? 75 : 1;
	}
	buf_hex(&hex, got.data, got.len);
	printf("%s\n", buf_cstr(&hex));
	return 0;
}
