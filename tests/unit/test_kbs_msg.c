/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RCAR messages, and the canned handshake of tests/vectors/ours/rcar. */
#include <stdio.h>

#include "attester.h"
#include "ear.h"
#include "evidence.h"
#include "jwe.h"
#include "kbs_msg.h"
#include "test.h"
#include "vector.h"

#define NONCE	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

#define cleanup_key	cleanup(free_key)

static void free_key(struct tee_key **k)
{
	tee_key_free(*k);
}

static bool parse(struct json *j, struct buf *b)
{
	return buf_cstr(b) && json_parse(j, buf_cstr(b), b->len, CODE_INTERNAL,
					 NULL) == 0;
}

/* --- the handshake, message by message --- */

static void test_request(void)
{
	cleanup_vector struct vector want = VECTOR;
	cleanup_buf struct buf got = BUF(4096), small = BUF(64);
	cleanup_json struct json j = { 0 };

	REQUIRE(vector_load(&want, "rcar/1-request.json"));
	REQUIRE(kbs_msg_request("sample", &got) == 0);
	REQUIRE(parse(&j, &got));
	CHECK(vector_same(&want.json, json_root(&want.json), &j, json_root(&j)));
	CHECK_EQ_INT(kbs_msg_request("sample", &small), -EMSGSIZE);
}

static void test_challenge(void)
{
	cleanup_buf struct buf text = BUF(VECTOR_MAX), nonce = BUF(NONCE_MAX);
	struct reason why = { 0 };
	enum hash hash = HASH_SHA1;

	REQUIRE(vector_read("rcar/2-challenge.json", &text));
	REQUIRE(kbs_msg_challenge((const char *)text.data, text.len, &nonce,
				  &hash, &why) == 0);
	CHECK_EQ_STR(buf_cstr(&nonce), NONCE);
	CHECK_EQ_INT(hash, HASH_COUNT);
	CHECK_EQ_INT(why.code, CODE_NONE);
}

/* What the KBS may have selected of the hashes that it was told. */
static void test_selected(void)
{
#define SELECTS(value)	"{\"selected-hash-algorithm\":" value "}"
	static const struct {
		const char *extra;
		int r;
		enum hash hash;
	} cases[] = {
		{ SELECTS("\"sha512\""), 0, HASH_SHA512 },
		{ SELECTS("\"sha384\""), 0, HASH_SHA384 },
		{ SELECTS("\"sha256\""), 0, HASH_SHA256 },
		{ "\"\"", 0, HASH_COUNT }, { "null", 0, HASH_COUNT },
		{ "{}", 0, HASH_COUNT }, { "[\"sha512\"]", 0, HASH_COUNT },
		{ "\"sha512\"", 0, HASH_COUNT },
		{ "{\"selected\":\"sha512\"}", 0, HASH_COUNT },
		{ SELECTS("\"sm3\""), -EBADMSG, HASH_COUNT },
		{ SELECTS("\"sha1\""), -EBADMSG, HASH_COUNT },
		{ SELECTS("\"SHA512\""), -EBADMSG, HASH_COUNT },
		{ SELECTS("\"\""), -EBADMSG, HASH_COUNT },
		{ SELECTS("null"), -EBADMSG, HASH_COUNT },
		{ SELECTS("[\"sha512\"]"), -EBADMSG, HASH_COUNT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf text = BUF(512), nonce = BUF(NONCE_MAX);
		struct reason why = { .text = "" };
		enum hash hash = HASH_SHA1;

		CASE(cases[i].extra);
		buf_printf(&text, "{\"nonce\":\"n\",\"extra-params\":%s}",
			   cases[i].extra);
		CHECK_EQ_INT(kbs_msg_challenge(buf_cstr(&text), text.len, &nonce,
					       &hash, &why), cases[i].r);
		CHECK_EQ_INT(hash, cases[i].r ? HASH_SHA1 : cases[i].hash);
		CHECK_EQ_INT(nonce.len, cases[i].r ? 0 : 1);
		CHECK_EQ_STR(why.text, cases[i].r ? "the challenge selects a hash "
			     "that was not offered" : "");
	}
}

/* All members are as recorded, but for init-data, which we do not send. */
static void check_attestation(const struct vector *want, const struct json *got)
{
	static const char *const same[] = { "runtime-data", "tee-evidence" };
	const struct json_token *t = json_member(got, json_root(got), "init-data");
	size_t i;

	CHECK_EQ_INT(json_root(got)->count, 3);
	CHECK(t && t->type == JSON_NULL);
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		CASE(same[i]);
		CHECK(vector_same(&want->json, vector_at(want, same[i]), got,
				  json_member(got, json_root(got), same[i])));
	}
}

static void test_attestation(void)
{
	const struct attester *sample = attester_find("sample");
	cleanup_buf struct buf pem = BUF(4096), jwk = BUF(4096), got = BUF(4096);
	cleanup_buf struct buf evidence = BUF(4096), small = BUF(256);
	cleanup_vector struct vector want = VECTOR;
	cleanup_key struct tee_key *k = NULL;
	cleanup_json struct json j = { 0 };

	REQUIRE(sample && vector_load(&want, "rcar/3-attestation.json"));
	REQUIRE(vector_read("rcar/tee-private-key.pem", &pem));
	REQUIRE(tee_key_from_pem(buf_cstr(&pem), &k) == 0);
	REQUIRE(tee_key_jwk(k, &jwk) == 0);
	REQUIRE(evidence_make(sample, NONCE, HASH_COUNT, k, &evidence) == 0);
	REQUIRE(kbs_msg_attestation(NONCE, buf_cstr(&jwk), buf_cstr(&evidence),
				    NULL, &got) == 0);
	REQUIRE(parse(&j, &got));
	check_attestation(&want, &j);
	CHECK_EQ_INT(kbs_msg_attestation(NONCE, buf_cstr(&jwk),
					 buf_cstr(&evidence), NULL, &small),
		     -EMSGSIZE);
}

/* What is hashed for it is the file beside it. */
static void test_runtime_data(void)
{
	cleanup_buf struct buf pem = BUF(4096), got = BUF(4096), want = BUF(4096);
	cleanup_key struct tee_key *k = NULL;

	REQUIRE(vector_read("rcar/tee-private-key.pem", &pem));
	REQUIRE(vector_read("rcar/runtime-data.canonical.json", &want));
	REQUIRE(tee_key_from_pem(buf_cstr(&pem), &k) == 0);
	REQUIRE(evidence_runtime_data(NONCE, k, &got) == 0);
	CHECK_EQ_STR(buf_cstr(&got), buf_cstr(&want));
	CHECK_EQ_INT(got.len, 244);
}

/* The nonce of IBM SE is a JSON text (kbs-wire.md 1.4), told and sent escaped. */
static void test_nonce_escaped(void)
{
	static const char text[] = "{\"extra-params\":{\"selected-hash-algorithm\""
		":\"sha512\"},\"more\":1,\"nonce\":\"{\\\"a\\\":\\\"\\u00e9\\\\\\\"}\"}";
	cleanup_buf struct buf nonce = BUF(NONCE_MAX), body = BUF(4096);
	cleanup_json struct json j = { 0 };
	const struct json_token *t;
	struct reason why;
	enum hash hash;

	REQUIRE(kbs_msg_challenge(text, strlen(text), &nonce, &hash, &why) == 0);
	CHECK_EQ_STR(buf_cstr(&nonce), "{\"a\":\"\xc3\xa9\\\"}");
	CHECK_EQ_INT(hash, HASH_SHA512);
	REQUIRE(kbs_msg_attestation(buf_cstr(&nonce), "{}", "{}", NULL,
				    &body) == 0);
	REQUIRE(parse(&j, &body));
	t = json_member(&j, json_root(&j), "runtime-data");
	CHECK(json_equals(&j, json_member(&j, t, "nonce"), buf_cstr(&nonce)));
}

static void test_token(void)
{
	cleanup_vector struct vector v = VECTOR;
	cleanup_buf struct buf token = BUF(TOKEN_MAX);
	cleanup_text char *want = NULL;
	struct ear ear = { 0 };
	struct reason why;

	REQUIRE(vector_load(&v, "rcar/4-token-response.json"));
	want = vector_string(&v, "token");
	REQUIRE(kbs_msg_token((const char *)v.text.data, v.text.len, &token,
			      &why) == 0);
	CHECK_EQ_STR(buf_cstr(&token), want);
	REQUIRE(ear_parse(buf_cstr(&token), &ear, &why) == 0);
	CHECK_EQ_STR(ear_status(&ear), "contraindicated");
	CHECK_EQ_INT(ear.count, 1);
	CHECK_EQ_STR(ear.submods[0].name, "cpu0");
	CHECK_EQ_STR(ear.submods[0].status, "contraindicated");
	CHECK_EQ_MEM(ear.submods[0].vector, "\0\44\41\0\141\0\0\0", EAR_CLAIMS);
}

static void test_resource(void)
{
	cleanup_buf struct buf pem = BUF(4096), text = BUF(8192);
	cleanup_buf struct buf want = BUF(4096);
	cleanup_secret struct secret got = { 0 };
	cleanup_key struct tee_key *k = NULL;
	struct reason why = { 0 };

	REQUIRE(vector_read("rcar/tee-private-key.pem", &pem));
	REQUIRE(vector_read("rcar/5-resource-response.json", &text));
	REQUIRE(vector_read("rcar/expected-plaintext.bin", &want));
	REQUIRE(tee_key_from_pem(buf_cstr(&pem), &k) == 0);
	REQUIRE(jwe_open((const char *)text.data, text.len, k, &got, &why) == 0);
	REQUIRE(got.len == want.len && got.len > 0);
	CHECK_EQ_MEM(got.data, want.data, got.len);
}

/* --- answers that are not as they should be --- */

static const struct {
	const char *text, *sentence;
} bad_challenges[] = {
	{ "", "JSON at byte 0: a value is missing" },
	{ "<html>", "JSON at byte 0: a value is missing" },
	{ "[]", "the challenge has no nonce" },
	{ "{}", "the challenge has no nonce" },
	{ "\"nonce\"", "the challenge has no nonce" },
	{ "{\"nonce\":\"\"}", "the challenge has no nonce" },
	{ "{\"nonce\":null}", "the challenge has no nonce" },
	{ "{\"nonce\":7}", "the challenge has no nonce" },
	{ "{\"nonce\":[\"a\"]}", "the challenge has no nonce" },
	{ "{\"Nonce\":\"a\"}", "the challenge has no nonce" },
	{ "{\"x\":{\"nonce\":\"a\"}}", "the challenge has no nonce" },
	{ "{\"nonce\":\"a\",\"nonce\":\"b\"}",
	  "JSON at byte 14: an object has the same key twice" },
	{ "{\"nonce\":\"a\"}x", "JSON at byte 13: text after the value" },
};

static void test_bad_challenge(void)
{
	cleanup_buf struct buf nonce = BUF(NONCE_MAX), text = BUF(VECTOR_MAX);
	struct reason why;
	enum hash hash;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_challenges); i++) {
		const char *t = bad_challenges[i].text;

		CASE(t);
		why = (struct reason){ 0 };
		CHECK_EQ_INT(kbs_msg_challenge(t, strlen(t), &nonce, &hash,
					       &why),
			     -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_KBS_PROTOCOL);
		CHECK_EQ_STR(why.text, bad_challenges[i].sentence);
		CHECK_EQ_INT(nonce.len, 0);
	}
	/* The longest that is taken, and one more. */
	CASE("length");
	for (i = NONCE_MAX - 1; i <= NONCE_MAX; i++) {
		buf_reset(&text);
		buf_printf(&text, "{\"nonce\":\"%*s\"}", (int)i, "x");
		CHECK_EQ_INT(kbs_msg_challenge(buf_cstr(&text), text.len, &nonce,
					       &hash, &why), i < NONCE_MAX ? 0 : -EBADMSG);
	}
}

static const char *const bad_tokens[] = {
	"", "a", "a.b", "a.b.", ".b.c", "a.b.c.d", "a.b.c ", " a.b.c", "a.b.c\\n",
	"a.b.c\\r\\nX: y", "a.b,c.d", "a.b.c=", "a.b.\\u00e9", "a.b.c/", "a.b+.c",
	"..", "...",
};

static void test_bad_token(void)
{
	static const char *const others[] = {
		"{}", "[]", "null", "{\"token\":null}", "{\"token\":{}}",
		"{\"token\":[\"a.b.c\"]}", "{\"Token\":\"a.b.c\"}", "x",
	};
	static const char good[] = "{\"token\":\"aZ0-_.b.c\",\"x\":1}";
	cleanup_buf struct buf token = BUF(TOKEN_MAX);
	struct reason why;
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_tokens) + ARRAY_SIZE(others); i++) {
		(void)snprintf(text, sizeof(text), "{\"token\":\"%s\"}",
			       i < ARRAY_SIZE(bad_tokens) ? bad_tokens[i] : "");
		if (i >= ARRAY_SIZE(bad_tokens))
			(void)snprintf(text, sizeof(text), "%s",
				       others[i - ARRAY_SIZE(bad_tokens)]);
		CASE(text);
		why = (struct reason){ 0 };
		CHECK_EQ_INT(kbs_msg_token(text, strlen(text), &token, &why),
			     -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_KBS_PROTOCOL);
		CHECK(why.text[0] != '\0');
		CHECK_EQ_INT(token.len, 0);
	}
	CASE("good");
	CHECK_EQ_INT(kbs_msg_token(good, strlen(good), &token, &why), 0);
	CHECK_EQ_STR(buf_cstr(&token), "aZ0-_.b.c");
}

/* --- errors --- */

#define TYPE	"https://github.com/confidential-containers/kbs/errors/"
#define X48	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *text, *variant, *detail;
} error_bodies[] = {
	{ "{\"type\":\"" TYPE "TokenNotFound\",\"detail\":\"Attestation Token "
	  "not found\"}", "TokenNotFound", "Attestation Token not found" },
	{ "{\"detail\":\"d\",\"type\":\"JweError\",\"more\":[]}", "JweError",
	  "d" },
	{ "{\"type\":\"" TYPE "X\"}", "X", "" },
	{ "{\"detail\":\"\\u001b[2J\\n\"}", "", "\x1b[2J\n" },
	{ "{\"type\":\"a/b/\",\"detail\":\"d\"}", "", "d" },
	{ "{\"type\":1,\"detail\":{}}", "", "" },
	{ "{\"type\":\"X\",\"detail\":\"" X48 X48 X48 X48 "xxxxxxx\"}", "X",
	  X48 X48 X48 X48 "xxxxxxx" },
	{ "{\"type\":\"X\",\"detail\":\"" X48 X48 X48 X48 "xxxxxxxx\"}", "X",
	  "" },
	{ "{\"type\":\"" X48 "\",\"detail\":\"d\"}", "", "d" },
	{ "{\"type\":\"" X48 X48 X48 "/X\"}", "X", "" },
	{ "{\"type\":\"" X48 X48 X48 X48 "/X\"}", "", "" },
	{ "{\"type\":\"X\",\"type\":\"Y\",\"detail\":\"d\"}", "", "" },
	{ "Payload too large", "", "" }, { "", "", "" }, { "[]", "", "" },
	{ "null", "", "" },
};

static void test_error(void)
{
	cleanup_buf struct buf text = BUF(VECTOR_MAX);
	struct kbs_error e;
	size_t i;

	REQUIRE(vector_read("rcar/6-error-policy-deny.json", &text));
	kbs_msg_error((const char *)text.data, text.len, &e);
	CHECK_EQ_STR(e.variant, "PolicyDeny");
	CHECK_EQ_STR(e.detail, "Access denied by policy");
	for (i = 0; i < ARRAY_SIZE(error_bodies); i++) {
		CASE(error_bodies[i].text);
		memset(&e, 'x', sizeof(e));
		kbs_msg_error(error_bodies[i].text, strlen(error_bodies[i].text),
			      &e);
		CHECK_EQ_STR(e.variant, error_bodies[i].variant);
		CHECK_EQ_STR(e.detail, error_bodies[i].detail);
	}
}

/* --- paths --- */

#define NOT_KBS	"is not kbs:/// or kbs+<plugin>:///"
#define NOT_RES	"does not name a resource"
#define X400	X48 X48 X48 X48 X48 X48 X48 X48 "xxxxxxxxxxxxxxxx"

/* Either what becomes of it, or a part of the sentence. */
static const struct {
	const char *uri, *path, *sentence;
} uris[] = {
	{ "kbs:///default/keys/disk1", "resource/default/keys/disk1", NULL },
	{ "kbs:///a/b/c", "resource/a/b/c", NULL },
	{ "kbs:///_-A9/-b/c.d..e", "resource/_-A9/-b/c.d..e", NULL },
	{ "kbs:///aZ0/Az9/-_z.", "resource/aZ0/Az9/-_z.", NULL },
	{ "kbs+" X48 "xxxxxxxxxxxxxxx:///a", X48 "xxxxxxxxxxxxxxx/a", NULL },
	{ "kbs+external:///wg/peer?pubkey=a%2Bb&name=vm", "external/wg/peer?"
	  "pubkey=a%2Bb&name=vm", NULL },
	{ "kbs+provisioner:///default/feab5599-6854-52bc-95f0-0241c03e620a/root",
	  "provisioner/default/feab5599-6854-52bc-95f0-0241c03e620a/root", NULL },
	{ "kbs+nebula-ca:///credential?name=n&ip=10.0.0.1/24",
	  "nebula-ca/credential?name=n&ip=10.0.0.1/24", NULL },
	{ "kbs+a:///b?c=:///d", "a/b?c=:///d", NULL },
	{ "kbs:///keys/disk1", NULL, NOT_RES },
	{ "kbs:///a/b/c/d", NULL, NOT_RES }, { "kbs:///a/b/", NULL, NOT_RES },
	{ "kbs:///a//c", NULL, NOT_RES }, { "kbs:////a/b/c", NULL, NOT_RES },
	{ "kbs:///", NULL, NOT_RES }, { "kbs:///a/b/c/", NULL, NOT_RES },
	{ "kbs:///../b/c", NULL, NOT_RES }, { "kbs:///a/../c", NULL, NOT_RES },
	{ "kbs:///a/b/.c", NULL, NOT_RES }, { "kbs:///a/b/c?", NULL, NOT_RES },
	{ "kbs:///a/b/c?d=e", NULL, NOT_RES },
	{ "kbs:///a/b/c d", NULL, NOT_RES }, { "kbs:///a/b/%63", NULL, NOT_RES },
	{ "kbs:///a/b/c#d", NULL, NOT_RES },
	{ "kbs:///a/b/c\r\nX: y", NULL, NOT_RES },
	{ "kbs:///a/b/\xc3\xa9", NULL, NOT_RES },
	{ "kbs+x:///", NULL, NOT_RES }, { "kbs+x:///a//b", NULL, NOT_RES },
	{ "kbs+x:///?a", NULL, NOT_RES }, { "kbs+x:///a/?b", NULL, NOT_RES },
	{ "kbs+..:///a", NULL, NOT_RES }, { "kbs+.:///a", NULL, NOT_RES },
	{ "kbs+a/b:///c", NULL, NOT_RES }, { "kbs+a?b:///c", NULL, NOT_RES },
	{ "kbs+:///a/b/c", NULL, NOT_KBS }, { "kbs://a/b/c", NULL, NOT_KBS },
	{ "kbs://host/a/b/c", NULL, NOT_KBS }, { "KBS:///a/b/c", NULL, NOT_KBS },
	{ "kbs:/a/b/c", NULL, NOT_KBS }, { "kbs", NULL, NOT_KBS },
	{ "", NULL, NOT_KBS }, { ":///a/b/c", NULL, NOT_KBS },
	{ " kbs:///a/b/c", NULL, NOT_KBS }, { "kbsx:///a/b/c", NULL, NOT_KBS },
	{ "xkbs:///a/b/c", NULL, NOT_KBS },
	{ "https:///a/b/c", NULL, NOT_KBS },
	{ "kbs+" X48 "xxxxxxxxxxxxxxxx:///a", NULL, NOT_KBS },
	{ "kbs:///a/b/" X400 X48 X48, "resource/a/b/" X400 X48 X48, NULL },
	{ "kbs:///a/b/" X400 X48 X48 "xxx", NULL, "is too long" },
};

static void test_path(void)
{
	char path[KBS_PATH_MAX];
	struct reason why;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uris); i++) {
		bool good = uris[i].path != NULL;

		CASE(uris[i].uri);
		why = (struct reason){ 0 };
		memset(path, 0, sizeof(path));
		CHECK_EQ_INT(kbs_msg_path(uris[i].uri, path, &why),
			     good ? 0 : -EINVAL);
		CHECK_EQ_INT(why.code, good ? CODE_NONE : CODE_CONFIG);
		if (good)
			CHECK_EQ_STR(path, uris[i].path);
		else if (!CHECK(strstr(why.text, uris[i].sentence) != NULL))
			printf("#   says '%s'\n", why.text);
	}
}

static const struct test tests[] = {
	{ "request", test_request },
	{ "challenge", test_challenge },
	{ "selected hashes", test_selected },
	{ "attestation", test_attestation },
	{ "runtime data", test_runtime_data },
	{ "nonce that is JSON", test_nonce_escaped },
	{ "token", test_token },
	{ "resource", test_resource },
	{ "bad challenge", test_bad_challenge },
	{ "bad token", test_bad_token },
	{ "error", test_error },
	{ "path", test_path },
};

TEST_MAIN(tests)
