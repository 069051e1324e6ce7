/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a KBS answers, and URIs.  First byte: challenge, token, error document
 * or URI, modulo 4.
 */
#include <string.h>

#include "json.h"
#include "kbs_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was understood is said again: the nonce comes back as it was told. */
static void say_again(struct buf *nonce)
{
	cleanup_buf struct buf body = BUF(1 << 20);
	cleanup_json struct json j = { 0 };
	const struct json_token *t;

	assert(nonce->len > 0 && nonce->len == strlen(buf_cstr(nonce)));
	if (kbs_msg_attestation(buf_cstr(nonce), "{}", "{}", NULL, &body) < 0 ||
	    json_parse(&j, buf_cstr(&body), body.len, CODE_INTERNAL, NULL) < 0)
		abort();
	t = json_member(&j, json_root(&j), "runtime-data");
	assert(json_equals(&j, json_member(&j, t, "nonce"), buf_cstr(nonce)));
}

static void challenge(const char *text, size_t len)
{
	cleanup_buf struct buf nonce = BUF(NONCE_MAX);
	struct reason why = { 0 };
	enum hash selected;

	if (kbs_msg_challenge(text, len, &nonce, &selected, &why) == 0)
		say_again(&nonce);
	else
		assert(why.code && why.text[0] && nonce.len == 0);
}

static void token(const char *text, size_t len)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				      "pqrstuvwxyz0123456789-_.";
	cleanup_buf struct buf token = BUF(TOKEN_MAX);
	struct reason why = { 0 };

	if (kbs_msg_token(text, len, &token, &why) == 0)
		assert(token.len > 0 &&
		       strspn(buf_cstr(&token), allowed) == token.len);
	else
		assert(why.code && why.text[0] && token.len == 0);
}

static void error(const char *text, size_t len)
{
	struct kbs_error e;

	memset(&e, 'x', sizeof(e));
	kbs_msg_error(text, len, &e);
	assert(memchr(e.variant, '\0', sizeof(e.variant)));
	assert(memchr(e.detail, '\0', sizeof(e.detail)));
	assert(!strchr(e.variant, '/'));
}

/* A path has no empty segment, none with a dot in front, nothing odd. */
static void path(const char *text, size_t len)
{
	cleanup_buf struct buf uri = BUF(1 << 20);
	char out[KBS_PATH_MAX];
	struct reason why = { 0 };
	size_t i, n;

	buf_add(&uri, text, len);
	if (!buf_cstr(&uri) || strlen(buf_cstr(&uri)) != len)
		return;
	if (kbs_msg_path(buf_cstr(&uri), out, &why) < 0) {
		assert(why.code == CODE_CONFIG && why.text[0]);
		return;
	}
	n = strcspn(out, "?");
	for (i = 0; i <= n; i++)
		if (i == 0 || out[i - 1] == '/')
			assert(i < n && out[i] != '/' && out[i] != '.');
	for (i = 0; i < n; i++)
		assert(out[i] > ' ' && out[i] < 0x7f && !strchr("%#\\@:", out[i]));
	assert(strncmp(buf_cstr(&uri), "kbs", 3) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const kinds[])(const char *text, size_t len) = {
		challenge, token, error, path,
	};

	if (size > 0)
		kinds[data[0] % ARRAY_SIZE(kinds)]((const char *)data + 1,
						   size - 1);
	return 0;
}
