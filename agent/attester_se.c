/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_se.c - evidence of IBM Secure Execution: the ultravisor's MAC
 *
 * Unlike all others it answers a request, which comes with the challenge and
 * only this machine's ultravisor can read.  Nothing of it can be checked here:
 * the key of the MAC is for the KBS alone.  The format is that of kbs-wire.md
 * 4.8.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "encode.h"
#include "log.h"
#include "se_nonce.h"
#include "uv.h"

/* Trustee compares so many bytes, also with a shorter digest (2.3). */
#define USER_DATA_LEN	64

static struct se_nonce request;

static bool probe(void)
{
	return access(UV_DEVICE, F_OK) == 0;
}

static void finish(void)
{
	se_nonce_free(&request);
}

static int challenge(const char *nonce)
{
	struct reason why = { 0 };
	int r;

	finish();
	r = se_nonce_parse(nonce, strlen(nonce), &request, &why);
	if (r == -ENOMEM)
		return fail(r, CODE_INTERNAL, "out of memory");
	return r < 0 ? fail(r, why.code, "the nonce is no request to IBM SE: %.200s",
			    why.text) : 0;
}

static void put(struct buf *b, const char *name, const void *data, size_t len)
{
	buf_printf(b, "\"%s\":\"", name);
	buf_b64(b, data, len, B64_STD);
	buf_str(b, "\"");
}

static void put_evidence(struct buf *b, const struct uv_answer *a,
			 const uint8_t *user_data)
{
	const struct {
		const char *name;
		const void *data;
		size_t len;
	} members[] = {
		{ "measurement", a->measurement.data, a->measurement.len },
		{ "additional_data", a->additional.data, a->additional.len },
		{ "user_data", user_data, USER_DATA_LEN },
		{ "cuid", a->config_uid, sizeof(a->config_uid) },
		{ "encr_measurement_key", request.wrapped_key.data,
		  request.wrapped_key.len },
		{ "encr_request_nonce", request.wrapped_nonce.data,
		  request.wrapped_nonce.len },
		{ "image_hdr_tags", request.tags, sizeof(request.tags) },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		buf_str(b, i ? "," : "{");
		put(b, members[i].name, members[i].data, members[i].len);
	}
	buf_str(b, "}");
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	uint8_t user_data[USER_DATA_LEN] = { 0 };
	struct uv_request q = {
		.request = READER(request.request.data, request.request.len),
		.user_data = READER(user_data, sizeof(user_data)),
		.measurement_len = request.measurement_len,
		.additional_len = request.additional_len,
	};
	cleanup_uv struct uv_answer answer = UV_ANSWER;
	int r;

	assert(hash_len(report_data->alg) <= sizeof(user_data));
	memcpy(user_data, report_data->bytes, hash_len(report_data->alg));
	r = uv_attest(UV_DEVICE, &q, &answer);
	if (r < 0)
		return r;
	put_evidence(ret, &answer, user_data);
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

const struct attester attester_se = {
	.name = "se",
	.hash = HASH_SHA512,
	.negotiated = true,
	/*
	 * The MAC covers the whole image: kernel, initramfs and command line
	 * are one, and there is no other firmware in the guest.
	 */
	.nominal = 3,
	.trustworthy = 3,
	.probe = probe,
	.challenge = challenge,
	.evidence = evidence,
	.finish = finish,
};
