/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A nonce for IBM SE, and all that is done with one that was accepted. */
#include "json.h"
#include "se_nonce.h"
#include "uv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf b = BUF(4 * 1024 * 1024);
	cleanup_se_nonce struct se_nonce n = { 0 };
	cleanup_json struct json j = { 0 };
	struct reason why = { 0 };

	if (se_nonce_parse((const char *)data, size, &n, &why) < 0) {
		assert(why.code == CODE_KBS_PROTOCOL && why.text[0]);
		assert(!n.request.data);
		return 0;
	}
	assert(n.request.len >= 1 && n.request.len <= UV_REQUEST_MAX);
	assert(n.measurement_len >= 1 &&
	       n.measurement_len <= UV_MEASUREMENT_MAX);
	assert(n.additional_len <= UV_ADDITIONAL_MAX);
	assert(n.wrapped_key.len >= 1 && n.wrapped_nonce.len >= 1);
	se_nonce_json(&n, &b);
	assert(buf_cstr(&b));
	assert(json_parse(&j, buf_cstr(&b), b.len, CODE_INTERNAL, NULL) == 0);
	return 0;
}
