/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each kind is found by its looks, and what comes out is JSON. */
#include "decode.h"
#include "eventlog.h"
#include "limits.h"
#include "se_fake.h"
#include "test.h"
#include "third_party.h"

#define OUT_MAX	(8 * EVENTLOG_MAX)

/* The file as KIND, or as what it looks like; *RET to be freed with its text. */
static bool decode_bytes(const struct buf *in, const char *kind,
			 struct vector *ret)
{
	const struct decode_kind *k = decode_find(NULL, in->data, in->len);
	struct reason why = { 0 };

	if (!CHECK(k) || !CHECK_EQ_STR(k->name, kind) || !CHECK(k->decode))
		return false;
	CHECK(decode_find(kind, NULL, 0) == k);
	ret->text = (struct buf)BUF(OUT_MAX);
	if (CHECK(k->decode(in->data, in->len, &ret->text, &why) == 0) &&
	    CHECK(buf_error(&ret->text) == 0) &&
	    CHECK(json_parse(&ret->json, (const char *)ret->text.data,
			     ret->text.len, CODE_INTERNAL, &why) == 0))
		return true;
	printf("#   %s\n", why.text);
	return false;
}

static bool decode_file(const char *name, const char *kind, struct vector *ret)
{
	cleanup_buf struct buf in = BUF(EVENTLOG_MAX);

	return CHECK(third_party_read(name, &in)) &&
	       decode_bytes(&in, kind, ret);
}

static void test_kinds(void)
{
	static const struct {
		const char *name, *kind, *place;
	} files[] = {
		{ "snp/genoa-v3-report.bin", "snp-report", "report_data" },
		{ "snp/test-report.bin", "snp-report", "report_data" },
		{ "tdx/tdx_quote_4.dat", "td-quote", "body/rtmr_0" },
		{ "tdx/tdx_quote_5.dat", "td-quote", "body/rtmr_0" },
		{ "az-tdx-vtpm/td-quote.bin", "td-quote", "body/rtmr_0" },
		{ "tdx/tdreport_1.bin", "tdreport", "rtmr_0" },
		{ "az-snp-vtpm/tpm-quote.msg", "tpms-attest", "pcr_digest" },
		{ "eventlog/CCEL_data.trimmed", "eventlog", "replayed/1:sha384" },
		{ "eventlog/CCEL_data_ovmf", "eventlog", "replayed/1:sha384" },
		{ "eventlog/CCEL_data_csv.trimmed", "eventlog", "replayed/1:sm3" },
		{ "cca/ccatoken-01.cbor", "cca-token", "realm" },
		{ "az-snp-vtpm/hcl-report.bin", "hcl-report",
		  "hardware_report/report_data" },
		{ "az-tdx-vtpm/hcl-report.bin", "hcl-report",
		  "claims/vm-configuration/vmUniqueId" },
	};
	size_t i;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_vector struct vector v = VECTOR;

		CASE(files[i].name);
		if (decode_file(files[i].name, files[i].kind, &v))
			CHECK(vector_at(&v, files[i].place));
	}
}

/* What upstream's replay makes of each log. */
static void test_replay(void)
{
	static const struct {
		const char *name, *alg;
		int last;
	} logs[] = {
		{ "CCEL_data.trimmed", "sha384", 2 },
		{ "CCEL_data_ovmf", "sha384", 3 },
		{ "CCEL_data_grub.trimmed", "sha384", 3 },
		{ "CCEL_data_grub_gke.trimmed", "sha384", 3 },
		{ "CCEL_data_csv.trimmed", "sm3", 3 },
	};
	cleanup_vector struct vector want = VECTOR;
	char path[128], place[64];
	size_t i;
	int mr;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_load(&want, "eventlog/replay.json"));
	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		cleanup_vector struct vector v = VECTOR;

		CASE(logs[i].name);
		(void)snprintf(path, sizeof(path), "eventlog/%s", logs[i].name);
		if (!decode_file(path, "eventlog", &v))
			continue;
		for (mr = 1; mr <= logs[i].last; mr++) {
			(void)snprintf(place, sizeof(place), "replayed/%d:%s",
				       mr, logs[i].alg);
			(void)snprintf(path, sizeof(path), "%s/%s",
				       logs[i].name, place);
			CHECK(vector_same(&want.json, vector_at(&want, path),
					  &v.json, vector_at(&v, place)));
		}
	}
}

/* The claims have the names that Trustee gives them. */
static void test_claims(void)
{
	static const char *const parts[] = { "platform", "realm" };
	cleanup_vector struct vector names = VECTOR, v = VECTOR;
	const struct json_token *part, *key, *value;
	size_t i, known = 0;
	char name[64];

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_load(&names, "cca/cca-claims.json"));
	REQUIRE(decode_file("cca/cca-example-token.cbor", "cca-token", &v));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		part = vector_at(&v, parts[i]);
		for (key = json_first(&v.json, part); key;
		     key = json_next(&v.json, part, value)) {
			value = json_next(&v.json, part, key);
			REQUIRE(json_copy(&v.json, key, name, sizeof(name)));
			known += json_member(&names.json,
					     vector_at(&names, parts[i]),
					     name) != NULL;
		}
	}
	/* All but the profile of a realm. */
	CHECK_EQ_INT(known, 13);
	CHECK(json_equals(&v.json,
			  vector_at(&v, "platform/cca-platform-instance-id"),
			  "AQcGBQQDAgEADw4NDAsKCQgXFhUUExIREB8eHRwbGhkY"));
	CHECK(json_equals(&v.json, vector_at(&v, "realm/cca-realm-hash-algo-id"),
			  "sha-512"));
}

static void test_token(void)
{
	cleanup_vector struct vector answer = VECTOR, v = VECTOR;
	cleanup_buf struct buf in = BUF(TOKEN_MAX);
	char *token;

	REQUIRE(vector_load(&answer, "rcar/4-token-response.json"));
	token = vector_string(&answer, "token");
	REQUIRE(token);
	buf_str(&in, token);
	buf_str(&in, "\n");
	text_free(&token);
	REQUIRE(decode_bytes(&in, "ear-token", &v));
	CHECK(json_equals(&v.json, vector_at(&v, "submods/cpu0/status"),
			  "contraindicated"));
}

static void test_se_nonce(void)
{
	cleanup_buf struct buf in = BUF(FAKE_NONCE_MAX);
	cleanup_vector struct vector v = VECTOR;

	put_nonce(&in);
	REQUIRE(decode_bytes(&in, "se-nonce", &v));
	CHECK(json_equals(&v.json, vector_at(&v, "image_hdr_tags/tag"),
			  "c3c4c5c6c7c8c9cacbcccdcecfd0d1d2"));
}

/* Not a byte more is read than is there; and no kind takes what it is not. */
static void test_junk(void)
{
	static const char *const kinds[] = {
		"snp-report", "td-quote", "tdreport", "cca-token", "tpms-attest",
		"se-nonce", "eventlog", "ear-token", "snp-certs", "hcl-report",
	};
	uint8_t *bytes;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		CASE(kinds[i]);
		for (len = 1; len < 70; len++) {
			cleanup_buf struct buf out = BUF(OUT_MAX);
			struct reason why = { 0 };

			/* A block of its own, for the sanitizer. */
			bytes = malloc(len);
			REQUIRE(bytes);
			memset(bytes, 0x81, len);
			(void)decode_find(NULL, bytes, len);
			CHECK(decode_find(kinds[i], NULL, 0)->decode(
				bytes, len, &out, &why) < 0);
			CHECK(why.code != CODE_NONE);
			free(bytes);
		}
	}
	CASE("unknown");
	CHECK(!decode_find("foo", NULL, 0));
	CHECK(!decode_find(NULL, (const uint8_t *)"foo", 3));
}

/* Events of CoCo's form are shown as text; what a terminal would obey, escaped. */
static void test_text(void)
{
	static const char event[] = "postern tunnel a\x1b[2Jb";
	cleanup_buf struct buf log = BUF(4096), data = BUF(256);
	cleanup_buf struct buf out = BUF(OUT_MAX);
	struct digest d = { .alg = HASH_SHA384 };
	struct reason why = { 0 };

	eventlog_put_header(&log);
	eventlog_put_data(&data, event, strlen(event));
	eventlog_put_event(&log, 4, &d, data.data, data.len);
	eventlog_put_end(&log);
	/* A header of our own has no signature to be known by. */
	REQUIRE(buf_error(&log) == 0 &&
		decode_find("eventlog", NULL, 0)->decode(log.data, log.len, &out,
							 &why) == 0);
	CHECK(strstr(buf_cstr(&out),
		     "\"text\":\"postern tunnel a\\\\x1b[2Jb\""));
}

static const struct test tests[] = {
	{ "each kind", test_kinds },
	{ "replayed registers", test_replay },
	{ "claims of a realm", test_claims },
	{ "an EAR", test_token },
	{ "a nonce for IBM SE", test_se_nonce },
	{ "text of events", test_text },
	{ "junk", test_junk },
};

TEST_MAIN(tests)
