/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "kbs_msg.h"

/* Hashes for the runtime data. */
static const enum hash offered[] = { HASH_SHA256, HASH_SHA384, HASH_SHA512 };

int kbs_msg_request(const char *tee, struct buf *ret)
{
	size_t i;

	/* The list is looked at for IBM SE only; it does no harm elsewhere. */
	buf_str(ret, "{\"version\":\"" KBS_PROTOCOL_VERSION "\",\"tee\":");
	buf_json(ret, tee);
	buf_str(ret, ",\"extra-params\":{\"supported-hash-algorithms\":");
	for (i = 0; i < ARRAY_SIZE(offered); i++)
		buf_printf(ret, "%s\"%s\"", i ? "," : "[", hash_name(offered[i]));
	buf_str(ret, "]}}");
	return buf_error(ret);
}

static int protocol(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL, "%s", text);
}

/* Where EXTRA is no object, an empty string as a rule, nothing is selected. */
static int find_selected(const struct json *j, const struct json_token *extra,
			 enum hash *ret, struct reason *why)
{
	const struct json_token *t =
		json_member(j, extra, "selected-hash-algorithm");
	size_t i;

	for (i = 0; t && i < ARRAY_SIZE(offered); i++) {
		if (!json_equals(j, t, hash_name(offered[i])))
			continue;
		*ret = offered[i];
		return 0;
	}
	return t ? protocol(why, "the challenge selects a hash that was not "
			    "offered") : 0;
}

int kbs_msg_challenge(const char *text, size_t len, struct buf *ret_nonce,
		      enum hash *ret_hash, struct reason *why)
{
	cleanup_free char *nonce = malloc(NONCE_MAX);
	cleanup_json struct json j = { 0 };
	enum hash selected = HASH_COUNT;
	const struct json_token *t;
	int r;

	if (!nonce)
		return -ENOMEM;
	r = json_parse(&j, text, len, CODE_KBS_PROTOCOL, why);
	if (r < 0)
		return r;
	t = json_member(&j, json_root(&j), "nonce");
	if (json_string(&j, t, nonce, NONCE_MAX) < 0 || !nonce[0])
		return protocol(why, "the challenge has no nonce");
	r = find_selected(&j, json_member(&j, json_root(&j), "extra-params"),
			  &selected, why);
	if (r < 0)
		return r;
	buf_str(ret_nonce, nonce);
	*ret_hash = selected;
	return buf_error(ret_nonce);
}

int kbs_msg_attestation(const char *nonce, const char *jwk,
			const char *evidence, const char *init_data,
			struct buf *ret)
{
	buf_str(ret, "{\"init-data\":");
	if (init_data) {
		buf_str(ret, "{\"format\":\"toml\",\"body\":");
		buf_json(ret, init_data);
		buf_str(ret, "}");
	} else {
		buf_str(ret, "null");
	}
	buf_str(ret, ",\"runtime-data\":{\"nonce\":");
	buf_json(ret, nonce);
	buf_str(ret, ",\"tee-pubkey\":");
	buf_str(ret, jwk);
	buf_str(ret, "},\"tee-evidence\":{\"primary_evidence\":");
	buf_str(ret, evidence);
	buf_str(ret, ",\"additional_evidence\":\"\"}}");
	return buf_error(ret);
}

/* A JWS in compact form (RFC 7515 7.1); it goes into a header unescaped. */
static bool is_jws(const char *text)
{
	unsigned dots = 0;

	if (!*text || *text == '.')
		return false;
	for (; *text; text++) {
		char c = *text;

		if (c == '.')
			dots++;
		else if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			   (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return dots == 2 && text[-1] != '.';
}

int kbs_msg_token(const char *text, size_t len, struct buf *ret_token,
		  struct reason *why)
{
	cleanup_free char *token = malloc(TOKEN_MAX);
	cleanup_json struct json j = { 0 };
	const struct json_token *t;
	int r;

	if (!token)
		return -ENOMEM;
	r = json_parse(&j, text, len, CODE_KBS_PROTOCOL, why);
	if (r < 0)
		return r;
	t = json_member(&j, json_root(&j), "token");
	if (json_string(&j, t, token, TOKEN_MAX) < 0 || !is_jws(token))
		return protocol(why, "the answer to our evidence has no token");
	buf_str(ret_token, token);
	return buf_error(ret_token);
}

void kbs_msg_error(const char *text, size_t len, struct kbs_error *ret)
{
	cleanup_json struct json j = { 0 };
	char type[160];
	const char *last;

	*ret = (struct kbs_error){ 0 };
	if (json_parse(&j, text, len, CODE_KBS_PROTOCOL, NULL) < 0)
		return;
	if (json_string(&j, json_member(&j, json_root(&j), "type"), type,
			sizeof(type)) == 0) {
		last = strrchr(type, '/');
		last = last ? last + 1 : type;
		if (strlen(last) < sizeof(ret->variant))
			memcpy(ret->variant, last, strlen(last) + 1);
	}
	if (json_string(&j, json_member(&j, json_root(&j), "detail"),
			ret->detail, sizeof(ret->detail)) < 0)
		ret->detail[0] = '\0';
}

/* [A-Za-z0-9_-]+[A-Za-z0-9_.-]* (kbs-wire.md 1.1) */
static bool segment_is_good(const char *p, size_t len)
{
	size_t i;

	if (len == 0 || p[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!((p[i] >= 'A' && p[i] <= 'Z') ||
		      (p[i] >= 'a' && p[i] <= 'z') ||
		      (p[i] >= '0' && p[i] <= '9') ||
		      p[i] == '_' || p[i] == '-' || p[i] == '.'))
			return false;
	return true;
}

/* The number of good segments up to '?' or the end; 0 if one is not good. */
static unsigned count_segments(const char *path)
{
	unsigned n = 0;

	for (;;) {
		size_t len = strcspn(path, "/?");

		if (!segment_is_good(path, len))
			return 0;
		n++;
		path += len;
		if (*path != '/')
			return n;
		path++;
	}
}

int kbs_msg_path(const char *uri, char ret[static KBS_PATH_MAX],
		 struct reason *why)
{
	const char *path = strstr(uri, ":///");
	char plugin[64] = "resource";
	size_t n;

	n = path ? (size_t)(path - uri) : 0;
	if (n > 4 && n - 4 < sizeof(plugin) && memcmp(uri, "kbs+", 4) == 0) {
		memcpy(plugin, uri + 4, n - 4);
		plugin[n - 4] = '\0';
	} else if (n != 3 || memcmp(uri, "kbs", 3) != 0) {
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "'%.100s' is not kbs:/// or kbs+<plugin>:///",
				  uri);
	}
	path += 4;
	if (!segment_is_good(plugin, strlen(plugin)) || !count_segments(path) ||
	    (n == 3 && (count_segments(path) != 3 || strchr(path, '?'))))
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "'%.100s' does not name a resource: "
				  "kbs:///<repository>/<type>/<tag>", uri);
	if (snprintf(ret, KBS_PATH_MAX, "%s/%s", plugin, path) >= KBS_PATH_MAX)
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "'%.100s' is too long", uri);
	return 0;
}
