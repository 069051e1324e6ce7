/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "crypto.h"
#include "encode.h"
#include "hcl_report.h"
#include "json.h"
#include "secret.h"

#define MAGIC		"HCLA"
#define MAGIC_LEN	4
#define HEADER_LEN	32
#define HARDWARE_LEN	1184
#define VERSION_MAX	2
#define REQUEST_REPORT	2	/* request_type: it answers "give a report" */

/* The header of the claims, without data_size, is counted by that. */
#define CLAIMS_HEADER_LEN 20
#define CLAIMS_VERSION	1
#define HASH_TYPE_SHA256 1
#define TYPE_AT		(HEADER_LEN + HARDWARE_LEN + 8)

/* Where a TDREPORT has its report data; an SNP report has them at 0x50. */
#define TD_REPORT_DATA_AT 128
#define SNP_REPORT_DATA_AT 0x50

_Static_assert(HARDWARE_LEN == SNP_REPORT_LEN && HARDWARE_LEN > TD_REPORT_LEN,
	       "the area holds either report");

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the HCL report %s", what);
}

enum hcl_type hcl_report_type(const uint8_t *data, size_t len)
{
	struct reader r = READER(data, len);
	uint32_t type;

	if (len < MAGIC_LEN || memcmp(data, MAGIC, MAGIC_LEN) != 0 ||
	    !rd_skip(&r, TYPE_AT) || !rd_u32le(&r, &type))
		return HCL_NONE;
	if (type == HCL_SNP)
		return HCL_SNP;
	return type == HCL_TDX ? HCL_TDX : HCL_NONE;
}

struct header {
	uint32_t version, size, request, status;
};

static int parse_header(struct reader *r, struct header *h, struct reason *why)
{
	char magic[MAGIC_LEN];

	if (!rd_bytes(r, magic, sizeof(magic)) ||
	    memcmp(magic, MAGIC, sizeof(magic)) != 0)
		return bad(why, "does not begin with " MAGIC);
	if (!rd_u32le(r, &h->version) || !rd_u32le(r, &h->size) ||
	    !rd_u32le(r, &h->request) || !rd_u32le(r, &h->status) ||
	    !rd_skip(r, 3 * 4))
		return bad(why, "is cut off");
	if (h->version < 1 || h->version > VERSION_MAX)
		return reason_set(why, -EBADMSG, CODE_NO_TEE, "the HCL report has "
				  "version %u, not 1 or 2", (unsigned)h->version);
	if (h->request != REQUEST_REPORT)
		return bad(why, "answers no request for a report");
	if (h->status)
		return reason_set(why, -EBADMSG, CODE_NO_TEE, "the paravisor "
				  "made no report: status %u", (unsigned)h->status);
	return 0;
}

/* The claims, whose two sizes and that of the report must agree. */
static int find_claims(struct reader *r, const struct header *h,
		       struct hcl_report *ret, struct reason *why)
{
	uint32_t size, version, type, hash_type, len;

	if (!rd_u32le(r, &size) || !rd_u32le(r, &version) ||
	    !rd_u32le(r, &type) || !rd_u32le(r, &hash_type) ||
	    !rd_u32le(r, &len) || !rd_sub(r, len, &ret->claims))
		return bad(why, "is cut off");
	/* LEN is no more than was read, so that nothing overflows. */
	if (version != CLAIMS_VERSION || size != CLAIMS_HEADER_LEN + len ||
	    h->size != HEADER_LEN + HARDWARE_LEN + CLAIMS_HEADER_LEN + len)
		return bad(why, "has sizes that do not fit");
	if (!all_zero(r->p, r->left))
		return bad(why, "goes on after its end");
	if (type != HCL_SNP && type != HCL_TDX)
		return bad(why, "is about other hardware than SNP and TDX");
	/* The verifier knows no other (kbs-wire.md 4.6). */
	if (hash_type != HASH_TYPE_SHA256)
		return bad(why, "has claims that are not hashed with SHA-256");
	ret->type = (enum hcl_type)type;
	return 0;
}

static int parse_hardware(struct reader area, struct hcl_report *ret,
			  struct reason *why)
{
	if (ret->type == HCL_SNP) {
		ret->hardware = area;
		ret->report_data = area.p + SNP_REPORT_DATA_AT;
		return snp_report_parse(area.p, area.left, &ret->snp, why);
	}
	ret->hardware = READER(area.p, TD_REPORT_LEN);
	ret->report_data = area.p + TD_REPORT_DATA_AT;
	return td_report_parse(area.p, TD_REPORT_LEN, &ret->td, why);
}

/* The only key of that name; NULL when there is none, or another one. */
static const struct json_token *find_key(const struct json *j, const char *kid)
{
	const struct json_token *keys = json_member(j, json_root(j), "keys");
	const struct json_token *k, *found = NULL;

	if (!keys || keys->type != JSON_ARRAY)
		return NULL;
	for (k = json_first(j, keys); k; k = json_next(j, keys, k)) {
		if (!json_equals(j, json_member(j, k, "kid"), kid))
			continue;
		if (found)
			return NULL;
		found = k;
	}
	return found;
}

/* RFC 7518 6.3.1: the modulus without a leading zero, hence all its bytes. */
static bool parse_ak(const struct json *j, struct hcl_report *ret)
{
	const struct json_token *k = find_key(j, "HCLAkPub");
	char n[2 * HCL_AK_LEN];
	size_t len;

	return k && json_equals(j, json_member(j, k, "kty"), "RSA") &&
	       json_equals(j, json_member(j, k, "e"), "AQAB") &&
	       json_string(j, json_member(j, k, "n"), n, sizeof(n)) == 0 &&
	       b64_decode(n, strlen(n), B64_URL, ret->ak, sizeof(ret->ak),
			  &len) == 0 && len == sizeof(ret->ak);
}

static int parse_claims(const struct json *j, struct hcl_report *ret,
			struct reason *why)
{
	const struct json_token *user = json_member(j, json_root(j), "user-data");
	char hex[2 * HCL_USER_DATA_LEN + 1];

	if (!parse_ak(j, ret))
		return bad(why, "has no HCLAkPub of RSA 2048 in its claims");
	ret->has_user_data = user != NULL;
	if (user && (json_string(j, user, hex, sizeof(hex)) < 0 ||
		     hex_decode(hex, strlen(hex), ret->user_data,
				sizeof(ret->user_data)) < 0))
		return bad(why, "has user data other than 64 bytes in hex");
	return 0;
}

int hcl_report_parse(const uint8_t *data, size_t len, struct hcl_report *ret,
		     struct reason *why)
{
	struct reader r = READER(data, len), hardware;
	cleanup_json struct json j = { 0 };
	struct hcl_report report = { .type = HCL_NONE };
	struct header h;
	int k;

	k = parse_header(&r, &h, why);
	if (k < 0)
		return k;
	if (!rd_sub(&r, HARDWARE_LEN, &hardware))
		return bad(why, "is cut off");
	report.version = h.version;
	k = find_claims(&r, &h, &report, why);
	if (k == 0)
		k = parse_hardware(hardware, &report, why);
	if (k < 0)
		return k;
	k = json_parse(&j, (const char *)report.claims.p, report.claims.left,
		       CODE_NO_TEE, why);
	if (k == -ENOMEM)
		return k;
	if (k < 0)
		return bad(why, "has claims that are no JSON");
	k = parse_claims(&j, &report, why);
	if (k == 0)
		*ret = report;
	return k;
}

int hcl_report_bound(const struct hcl_report *h, bool *ret)
{
	uint8_t want[SNP_REPORT_DATA_LEN] = { 0 };
	struct digest d;
	int r = hash(HASH_SHA256, h->claims.p, h->claims.left, &d);

	if (r < 0)
		return r;
	memcpy(want, d.bytes, hash_len(d.alg));
	*ret = equal_ct(h->report_data, want, sizeof(want));
	return 0;
}

/* Names and values are from outside: only what is a word or a truth is shown. */
static void put_configuration(const struct json *j, struct buf *b)
{
	const struct json_token *all = json_member(j, json_root(j),
						   "vm-configuration");
	const struct json_token *key, *value;
	char name[64], text[128];
	bool flag, first = true;

	buf_str(b, "\"vm-configuration\":{");
	key = all && all->type == JSON_OBJECT ? json_first(j, all) : NULL;
	for (; key; key = json_next(j, all, value)) {
		value = json_next(j, all, key);
		text[0] = '\0';
		flag = value->type == JSON_TRUE || value->type == JSON_FALSE;
		if (!json_copy(j, key, name, sizeof(name)) ||
		    (!flag && json_string(j, value, text, sizeof(text)) < 0))
			continue;
		buf_str(b, first ? "" : ",");
		buf_json(b, name);
		buf_str(b, ":");
		if (flag)
			buf_str(b, value->type == JSON_TRUE ? "true" : "false");
		else
			buf_json(b, text);
		first = false;
	}
	buf_str(b, "}");
}

int hcl_report_json(const struct hcl_report *h, struct buf *ret)
{
	cleanup_json struct json j = { 0 };
	bool bound = false;
	int r;

	r = json_parse(&j, (const char *)h->claims.p, h->claims.left,
		       CODE_NO_TEE, NULL);
	if (r == 0)
		r = hcl_report_bound(h, &bound);
	if (r < 0)
		return r;
	buf_printf(ret, "{\"version\":%u,\"report_type\":\"%s\",\"bound\":%s,"
		   "\"hardware_report\":", (unsigned)h->version,
		   h->type == HCL_SNP ? "snp" : "tdx", bound ? "true" : "false");
	if (h->type == HCL_SNP)
		snp_report_json(&h->snp, ret);
	else
		td_report_json(&h->td, ret);
	buf_str(ret, ",\"claims\":{\"HCLAkPub\":{\"e\":\"AQAB\",\"n\":\"");
	buf_b64(ret, h->ak, sizeof(h->ak), B64_URL);
	buf_str(ret, "\"},");
	put_configuration(&j, ret);
	buf_str(ret, ",\"user-data\":");
	if (h->has_user_data) {
		buf_str(ret, "\"");
		buf_hex(ret, h->user_data, sizeof(h->user_data));
		buf_str(ret, "\"");
	} else {
		buf_str(ret, "null");
	}
	buf_str(ret, "}}");
	return 0;
}
