/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "ear.h"
#include "encode.h"
#include "json.h"
#include "limits.h"

static const char *const claims[EAR_CLAIMS] = {
	"instance-identity", "configuration", "executables", "file-system",
	"hardware", "runtime-opaque", "storage-opaque", "sourced-data",
};

/* From best to worst; the last stands for every word that is not here. */
static const char *const statuses[] = {
	"affirming", "none", "warning", "contraindicated", "unknown",
};

const char *ear_claim_name(size_t i)
{
	assert(i < EAR_CLAIMS);
	return claims[i];
}

const char *ear_status(const struct ear *e)
{
	size_t i, k, worst = 0;

	for (i = 0; i < e->count; i++) {
		for (k = 0; k < ARRAY_SIZE(statuses) - 1; k++)
			if (strcmp(e->submods[i].status, statuses[k]) == 0)
				break;
		if (k > worst)
			worst = k;
	}
	return e->count ? statuses[worst] : "none";
}

/* A claim of the vector: a whole number from -128 to 127. */
static bool parse_claim(const struct json *j, const struct json_token *t,
			int8_t *ret)
{
	char text[8];
	uint64_t v;
	bool negative;

	if (!t)
		return true;	/* not appraised: 0 */
	if (t->type != JSON_NUMBER || !json_copy(j, t, text, sizeof(text)))
		return false;
	negative = text[0] == '-';
	if (parse_u64(text + negative, 0, negative ? 128 : 127, &v) < 0)
		return false;
	*ret = (int8_t)(negative ? -(int)v : (int)v);
	return true;
}

static bool parse_submod(const struct json *j, const struct json_token *key,
			 const struct json_token *value, struct ear_submod *ret)
{
	const struct json_token *vector;
	size_t i;

	if (!json_copy(j, key, ret->name, sizeof(ret->name)) ||
	    json_string(j, json_member(j, value, "ear.status"), ret->status,
			sizeof(ret->status)) < 0)
		return false;
	vector = json_member(j, value, "ear.trustworthiness-vector");
	for (i = 0; i < EAR_CLAIMS; i++)
		if (!parse_claim(j, json_member(j, vector, claims[i]),
				 &ret->vector[i]))
			return false;
	return true;
}

static int parse_claims(const struct json *j, struct ear *ret,
			struct reason *why)
{
	const struct json_token *submods, *key, *value;
	struct ear e = { 0 };

	submods = json_member(j, json_root(j), "submods");
	if (!submods || submods->type != JSON_OBJECT)
		return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL,
				  "the token has no 'submods'");
	for (key = json_first(j, submods); key;
	     key = json_next(j, submods, value)) {
		value = json_next(j, submods, key);
		if (e.count == EAR_SUBMODS_MAX ||
		    !parse_submod(j, key, value, &e.submods[e.count]))
			return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL,
					  "the token's 'submods' are malformed");
		e.count++;
	}
	*ret = e;
	return 0;
}

int ear_parse(const char *token, struct ear *ret, struct reason *why)
{
	const char *middle = strchr(token, '.'), *end;
	cleanup_free uint8_t *text = NULL;
	cleanup_json struct json j = { 0 };
	size_t len, n;
	int r;

	end = middle ? strchr(middle + 1, '.') : NULL;
	if (!end)
		return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL,
				  "the token is not a JWS");
	len = (size_t)(end - middle - 1);
	text = malloc(B64_DECODED_MAX(len));
	if (!text)
		return -ENOMEM;
	if (b64_decode(middle + 1, len, B64_URL, text, B64_DECODED_MAX(len),
		       &n) < 0)
		return reason_set(why, -EBADMSG, CODE_KBS_PROTOCOL,
				  "the token is not base64url");
	r = json_parse(&j, (const char *)text, n, CODE_KBS_PROTOCOL, why);
	return r < 0 ? r : parse_claims(&j, ret, why);
}
