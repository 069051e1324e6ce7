/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TEE that anybody can claim to be (kbs-wire.md 4.1); tests only. */
#include "attester.h"
#include "buf.h"
#include "encode.h"

static bool probe(void)
{
	return true;
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	buf_str(ret, "{\"report_data\":\"");
	buf_b64(ret, report_data->bytes, hash_len(report_data->alg), B64_STD);
	buf_str(ret, "\",\"svn\":\"1\"}");
	return buf_error(ret);
}

const struct attester attester_sample = {
	.name = "sample",
	.only_by_name = true,
	.hash = HASH_SHA384,
	.level_reason = "sample is no TEE",
	.probe = probe,
	.evidence = evidence,
};
