/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "json.h"
#include "limits.h"
#include "se_nonce.h"
#include "uv.h"

static int bad(struct reason *why, const char *name, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL,
			  "member '%s' of the nonce %s", name, what);
}

/* Base64 of a byte or more, as many as RET can hold. */
static int get_bytes(const struct json *j, const char *name, struct buf *ret,
		     struct reason *why)
{
	const struct json_token *t = json_member(j, json_root(j), name);
	cleanup_free char *text = malloc(NONCE_MAX);
	cleanup_free uint8_t *bytes = malloc(NONCE_MAX);
	size_t len = 0;
	int r;

	if (!text || !bytes)
		return -ENOMEM;
	r = json_string(j, t, text, NONCE_MAX);
	if (r == 0)
		r = b64_decode(text, strlen(text), B64_STD, bytes, NONCE_MAX,
			       &len);
	if (r < 0)
		return bad(why, name, t ? "is no base64" : "is missing");
	if (len == 0 || len >= ret->limit)
		return bad(why, name, "has a size that is not allowed");
	buf_add(ret, bytes, len);
	return buf_error(ret);
}

static int get_size(const struct json *j, const char *name, uint32_t min,
		    uint32_t max, uint32_t *ret, struct reason *why)
{
	const struct json_token *t = json_member(j, json_root(j), name);
	uint64_t value;

	if (!t || json_u64(j, t, max, &value) < 0 || value < min)
		return bad(why, name, t ? "is not a size that is allowed" :
			   "is missing");
	*ret = (uint32_t)value;
	return 0;
}

static int get_tags(const struct json *j, uint8_t *ret, struct reason *why)
{
	cleanup_buf struct buf tags = BUF(SE_TAGS_LEN + 1);
	int r = get_bytes(j, "image_hdr_tags", &tags, why);

	if (r < 0)
		return r;
	if (tags.len != SE_TAGS_LEN)
		return bad(why, "image_hdr_tags",
			   "has a size that is not allowed");
	memcpy(ret, tags.data, SE_TAGS_LEN);
	return 0;
}

static int get_all(const struct json *j, struct se_nonce *n, struct reason *why)
{
	int r;

	r = get_bytes(j, "request_blob", &n->request, why);
	if (r == 0)
		r = get_size(j, "measurement_size", 1, UV_MEASUREMENT_MAX,
			     &n->measurement_len, why);
	if (r == 0)
		r = get_size(j, "additional_size", 0, UV_ADDITIONAL_MAX,
			     &n->additional_len, why);
	if (r == 0)
		r = get_bytes(j, "encr_measurement_key", &n->wrapped_key, why);
	if (r == 0)
		r = get_bytes(j, "encr_request_nonce", &n->wrapped_nonce, why);
	return r ?: get_tags(j, n->tags, why);
}

int se_nonce_parse(const char *text, size_t len, struct se_nonce *ret,
		   struct reason *why)
{
	cleanup_se_nonce struct se_nonce n = {
		.request = BUF(UV_REQUEST_MAX + 1),
		.wrapped_key = BUF(SE_WRAPPED_MAX + 1),
		.wrapped_nonce = BUF(SE_WRAPPED_MAX + 1),
	};
	cleanup_json struct json j = { 0 };
	int r = json_parse(&j, text, len, CODE_KBS_PROTOCOL, why);

	if (r == 0)
		r = get_all(&j, &n, why);
	if (r < 0)
		return r;
	*ret = n;
	n = (struct se_nonce){ 0 };
	return 0;
}

void se_nonce_free(struct se_nonce *n)
{
	buf_free(&n->request);
	buf_free(&n->wrapped_key);
	buf_free(&n->wrapped_nonce);
}

static void put(struct buf *b, const char *name, const void *data, size_t len)
{
	buf_printf(b, "\"%s\":\"", name);
	buf_hex(b, data, len);
	buf_str(b, "\"");
}

void se_nonce_json(const struct se_nonce *n, struct buf *ret)
{
	static const char *const digests[] = { "pld", "ald", "tld" };
	const uint8_t *p = n->tags;
	size_t i;

	buf_str(ret, "{");
	put(ret, "request_blob", n->request.data, n->request.len);
	buf_printf(ret, ",\"measurement_size\":%u,\"additional_size\":%u,",
		   n->measurement_len, n->additional_len);
	put(ret, "encr_measurement_key", n->wrapped_key.data, n->wrapped_key.len);
	buf_str(ret, ",");
	put(ret, "encr_request_nonce", n->wrapped_nonce.data,
	    n->wrapped_nonce.len);
	buf_str(ret, ",\"image_hdr_tags\":{");
	for (i = 0; i < ARRAY_SIZE(digests); i++, p += SE_TAGS_DIGEST_LEN) {
		put(ret, digests[i], p, SE_TAGS_DIGEST_LEN);
		buf_str(ret, ",");
	}
	put(ret, "tag", p, SE_TAGS_TAG_LEN);
	buf_str(ret, "}}");
}
