/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "crypto.h"
#include "encode.h"
#include "json.h"
#include "jwe.h"
#include "limits.h"
#include "secret.h"

#define IV_LEN		12
#define TAG_LEN		16
#define WRAPPED_MAX	512
#define POINT_MAX	66

struct header {
	uint8_t x[POINT_MAX], y[POINT_MAX];
};

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_JWE, "%s", text);
}

/* A base64url member of at most SIZE bytes; its length to *RET_LEN. */
static int member(const struct json *j, const struct json_token *object,
		  const char *name, uint8_t *out, size_t size, size_t *ret_len,
		  struct reason *why)
{
	const struct json_token *t = json_member(j, object, name);

	if (!t || t->type != JSON_STRING ||
	    b64_decode(j->text + t->start, t->end - t->start, B64_URL, out,
		       size, ret_len) < 0)
		return reason_set(why, -EBADMSG, CODE_JWE,
				  "'%s' is missing or not base64url", name);
	return 0;
}

static int exactly(const struct json *j, const struct json_token *object,
		   const char *name, uint8_t *out, size_t len,
		   struct reason *why)
{
	size_t n;
	int r = member(j, object, name, out, len, &n, why);

	if (r == 0 && n != len)
		r = reason_set(why, -EBADMSG, CODE_JWE,
			       "'%s' has %zu bytes instead of %zu", name, n, len);
	return r;
}

/* The ephemeral public key (RFC 7518 4.6.1.1) must be on the curve of ours. */
static int parse_epk(const struct json *j, const struct json_token *epk,
		     const struct tee_key *key, struct header *ret,
		     struct reason *why)
{
	static const char *const keys[] = { "crv", "kty", "x", "y", NULL };
	size_t n = tee_key_coordinate_len(key);
	int r;

	if (!epk || !json_only(j, epk, keys, CODE_JWE, why))
		return bad(why, "the header has no proper 'epk'");
	if (!json_equals(j, json_member(j, epk, "kty"), "EC") ||
	    !json_equals(j, json_member(j, epk, "crv"), tee_key_curve(key)))
		return bad(why, "'epk' is on another curve than our key");
	r = exactly(j, epk, "x", ret->x, n, why);
	return r < 0 ? r : exactly(j, epk, "y", ret->y, n, why);
}

static int parse_header(const char *text, size_t len, const struct tee_key *key,
			struct header *ret, struct reason *why)
{
	static const char *const ec[] = { "alg", "enc", "epk", NULL };
	static const char *const rsa[] = { "alg", "enc", NULL };
	const struct json_token *root;
	cleanup_json struct json j = { 0 };
	bool is_ec = tee_key_curve(key) != NULL;
	int r = json_parse(&j, text, len, CODE_JWE, why);

	if (r < 0)
		return r;
	root = json_root(&j);
	if (!json_only(&j, root, is_ec ? ec : rsa, CODE_JWE, why))
		return -EBADMSG;
	if (!json_equals(&j, json_member(&j, root, "alg"), tee_key_alg(key)))
		return bad(why, "'alg' is not the one that was offered");
	if (!json_equals(&j, json_member(&j, root, "enc"), "A256GCM"))
		return bad(why, "'enc' is not A256GCM");
	if (!is_ec)
		return 0;
	return parse_epk(&j, json_member(&j, root, "epk"), key, ret, why);
}

/* Decodes 'protected' and checks it. */
static int open_header(const struct json *j, const struct tee_key *key,
		       struct header *ret, struct reason *why)
{
	cleanup_free uint8_t *text = NULL;
	const struct json_token *t = json_member(j, json_root(j), "protected");
	size_t n;

	if (!t || t->type != JSON_STRING || t->end - t->start > 4096)
		return bad(why, "there is no 'protected' header");
	text = malloc(B64_DECODED_MAX((size_t)(t->end - t->start)));
	if (!text)
		return -ENOMEM;
	if (b64_decode(j->text + t->start, t->end - t->start, B64_URL, text,
		       B64_DECODED_MAX((size_t)(t->end - t->start)), &n) < 0)
		return bad(why, "'protected' is not base64url");
	return parse_header((const char *)text, n, key, ret, why);
}

static int open_content(const struct json *j, const struct secret *cek,
			struct secret *ret, struct reason *why)
{
	const struct json_token *root = json_root(j);
	const struct json_token *aad = json_member(j, root, "protected");
	const struct json_token *t = json_member(j, root, "ciphertext");
	uint8_t iv[IV_LEN], tag[TAG_LEN];
	cleanup_free uint8_t *ciphertext = NULL;
	size_t size, n;
	int r;

	r = exactly(j, root, "iv", iv, sizeof(iv), why);
	if (r == 0)
		r = exactly(j, root, "tag", tag, sizeof(tag), why);
	if (r < 0)
		return r;
	if (!t || t->type != JSON_STRING)
		return bad(why, "'ciphertext' is missing");
	if (t->start == t->end)
		return reason_set(why, -EBADMSG, CODE_RESOURCE,
				  "the resource is empty");
	size = B64_DECODED_MAX((size_t)(t->end - t->start));
	ciphertext = malloc(size);
	if (!ciphertext)
		return -ENOMEM;
	r = member(j, root, "ciphertext", ciphertext, size, &n, why);
	if (r < 0)
		return r;
	r = aes_gcm_open(cek, iv, j->text + aad->start, aad->end - aad->start,
			 ciphertext, n, tag, ret);
	return r == -EBADMSG || r == -EINVAL ?
		bad(why, "the content does not authenticate") : r;
}

int jwe_open(const char *text, size_t len, const struct tee_key *key,
	     struct secret *ret, struct reason *why)
{
	static const char *const keys[] = {
		"protected", "encrypted_key", "iv", "ciphertext", "tag", NULL
	};
	cleanup_secret struct secret cek = { 0 };
	cleanup_json struct json j = { 0 };
	struct header header = { 0 };
	uint8_t wrapped[WRAPPED_MAX];
	size_t wrapped_len;
	int r;

	r = json_parse(&j, text, len, CODE_JWE, why);
	if (r < 0)
		return r;
	if (!json_only(&j, json_root(&j), keys, CODE_JWE, why))
		return -EBADMSG;
	r = open_header(&j, key, &header, why);
	if (r == 0)
		r = member(&j, json_root(&j), "encrypted_key", wrapped,
			   sizeof(wrapped), &wrapped_len, why);
	if (r < 0)
		return r;
	r = tee_key_unwrap(key, header.x, header.y, wrapped, wrapped_len, &cek);
	if (r == -EBADMSG)
		return bad(why, "the content key was not encrypted to our key");
	if (r < 0)
		return r;
	return open_content(&j, &cek, ret, why);
}
