/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TEE key: its JWK, what the evidence binds, and what it unwraps. */
#include <stdio.h>

#include "attester.h"
#include "crypto.h"
#include "encode.h"
#include "evidence.h"
#include "test.h"
#include "vector.h"

#define CEK	"404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
#define NONCE	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

#define cleanup_key	cleanup(free_key)

static void free_key(struct tee_key **k)
{
	tee_key_free(*k);
}

static struct tee_key *load_key(const struct vector *v, const char *place)
{
	cleanup_text char *pem = vector_string(v, place);
	struct tee_key *k = NULL;

	if (!pem || tee_key_from_pem(pem, &k) < 0)
		printf("# no key at %s\n", place);
	return k;
}

/* In the order of enum tee_key_type. */
static const struct {
	const char *name, *pem, *alg, *curve;
	size_t width;
} keys[] = {
	{ "ecdh_es_a256kw_p256", "ecdh_es_a256kw_p256/tee_private_key_pkcs8_pem",
	  "ECDH-ES+A256KW", "P-256", 32 },
	{ "ecdh_es_a256kw_p521", "ecdh_es_a256kw_p521/tee_private_key_pkcs8_pem",
	  "ECDH-ES+A256KW", "P-521", 66 },
	{ "rsa_oaep_256", "rsa_private_key_pkcs1_pem", "RSA-OAEP-256", NULL, 0 },
};

/* The JWK at PLACE with its members sorted, as RFC 8785 has it. */
static void canonical(const struct vector *v, const char *place, struct buf *b)
{
	static const char *const sorted[] = { "alg", "crv", "e", "kty", "n", "x",
					      "y" };
	const struct json_token *jwk = vector_at(v, place), *t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		t = json_member(&v->json, jwk, sorted[i]);
		if (t)
			buf_printf(b, "%s\"%s\":\"%.*s\"", b->len ? "," : "{",
				   sorted[i], (int)(t->end - t->start),
				   v->json.text + t->start);
	}
	buf_str(b, "}");
}

static void test_jwk(void)
{
	cleanup_vector struct vector v = VECTOR;
	char place[64];
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		cleanup_key struct tee_key *k = load_key(&v, keys[i].pem);
		cleanup_buf struct buf got = BUF(4096), want = BUF(4096);

		CASE(keys[i].name);
		REQUIRE(k != NULL);
		CHECK_EQ_STR(tee_key_alg(k), keys[i].alg);
		CHECK_EQ_STR(tee_key_curve(k), keys[i].curve);
		CHECK_EQ_INT(tee_key_coordinate_len(k), keys[i].width);
		(void)snprintf(place, sizeof(place), "%s/tee_pubkey_jwk",
			       keys[i].name);
		canonical(&v, place, &want);
		REQUIRE(tee_key_jwk(k, &got) == 0);
		CHECK_EQ_STR(buf_cstr(&got), buf_cstr(&want));
	}
}

/* Coordinates keep a zero byte in front: 43 characters, whatever the value. */
static void test_jwk_width(void)
{
	static const struct {
		const char *pem, *jwk;
	} thin[] = {
		{ "-----BEGIN PRIVATE KEY-----\n"
		  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFIlBayZZorX2mZ1+\n"
		  "OlQM+P5hgPOwgn2qzokTu3c+dDahRANCAAQAZdQxyCZAmhqf5nFza9TW4Blfr9Z2\n"
		  "KNNgxxg59P1Bc95yAFeQrSyQ5oWSA0BLBafmGjh0mlESeYT525+zEwWT\n"
		  "-----END PRIVATE KEY-----\n",
		  "{\"alg\":\"ECDH-ES+A256KW\",\"crv\":\"P-256\",\"kty\":\"EC\","
		  "\"x\":\"AGXUMcgmQJoan-Zxc2vU1uAZX6_WdijTYMcYOfT9QXM\","
		  "\"y\":\"3nIAV5CtLJDmhZIDQEsFp-YaOHSaURJ5hPnbn7MTBZM\"}" },
		{ "-----BEGIN PRIVATE KEY-----\n"
		  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4/k/UBMIOyYonyva\n"
		  "0olRf6UjK18nbJ0jQ9FrAhbtgcShRANCAARt7oULByv/C0SfHO5mGc8hu5JGXd5x\n"
		  "QTyQI6Ov5OO+VAAr0YuAxhuxUEvUEM0NF+oV1fb83fq1ePFadaTuaRDn\n"
		  "-----END PRIVATE KEY-----\n",
		  "{\"alg\":\"ECDH-ES+A256KW\",\"crv\":\"P-256\",\"kty\":\"EC\","
		  "\"x\":\"be6FCwcr_wtEnxzuZhnPIbuSRl3ecUE8kCOjr-TjvlQ\","
		  "\"y\":\"ACvRi4DGG7FQS9QQzQ0X6hXV9vzd-rV48Vp1pO5pEOc\"}" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(thin); i++) {
		cleanup_key struct tee_key *k = NULL;
		cleanup_buf struct buf got = BUF(4096);

		REQUIRE(tee_key_from_pem(thin[i].pem, &k) == 0);
		REQUIRE(tee_key_jwk(k, &got) == 0);
		CHECK_EQ_STR(buf_cstr(&got), thin[i].jwk);
	}
}

/* Two new keys differ, have the right form, and their points are on the curve. */
static void test_new(void)
{
	enum tee_key_type type;

	for (type = TEE_KEY_P256; type <= TEE_KEY_RSA2048; type++) {
		cleanup_key struct tee_key *a = NULL, *b = NULL;
		cleanup_buf struct buf first = BUF(4096), other = BUF(4096);
		cleanup_json struct json j = { 0 };
		const struct json_token *n;

		CASE(keys[type].name);
		REQUIRE(tee_key_new(type, &a) == 0 && tee_key_new(type, &b) == 0);
		CHECK_EQ_STR(tee_key_alg(a), keys[type].alg);
		CHECK_EQ_STR(tee_key_curve(a), keys[type].curve);
		REQUIRE(tee_key_jwk(a, &first) == 0);
		REQUIRE(tee_key_jwk(b, &other) == 0);
		CHECK(strcmp(buf_cstr(&first), buf_cstr(&other)) != 0);
		REQUIRE(json_parse(&j, buf_cstr(&first), first.len,
				   CODE_INTERNAL, NULL) == 0);
		n = json_member(&j, json_root(&j), keys[type].curve ? "x" : "n");
		REQUIRE(n != NULL);
		CHECK_EQ_INT(n->end - n->start,
			     keys[type].curve ? (keys[type].width * 4 + 2) / 3 :
			     (256 * 4 + 2) / 3);
	}
}

static void test_pem(void)
{
	static const char *const bad[] = {
		"", "-----BEGIN PRIVATE KEY-----\n", "no key at all",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	};
	struct tee_key *k = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK_EQ_INT(tee_key_from_pem(bad[i], &k), -EBADMSG);
		CHECK(!k);
	}
	tee_key_free(NULL);
}

/* --- kbs-wire.md 2.4: what is hashed --- */

static const struct {
	const char *name;
	size_t key;		/* in keys[] */
	bool additional;	/* with evidence of a device, which we have not */
} bindings[] = {
	{ "p256", 0, false },
	{ "rsa", 2, false },
	{ "p256_with_sampledevice", 0, true },
	{ "se_style_nonce_is_json_text", 0, false },
};

static char *binding(const struct vector *v, size_t i, const char *member)
{
	char place[96];

	(void)snprintf(place, sizeof(place), "runtime_data_binding/%s/%s",
		       bindings[i].name, member);
	return vector_string(v, place);
}

/* The same template with additional evidence: what is left is the escaping. */
static void with_additional(const struct vector *v, size_t i,
			    const struct tee_key *k, struct buf *ret)
{
	cleanup_text char *additional = binding(v, i, "additional_evidence_string");

	REQUIRE(additional != NULL);
	buf_str(ret, "{\"additional-evidence\":");
	buf_json(ret, additional);
	buf_str(ret, ",\"nonce\":\"" NONCE "\",\"tee-pubkey\":");
	CHECK_EQ_INT(tee_key_jwk(k, ret), 0);
	buf_str(ret, "}");
}

static void test_runtime_data(void)
{
	cleanup_vector struct vector v = VECTOR;
	struct digest d;
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	for (i = 0; i < ARRAY_SIZE(bindings); i++) {
		cleanup_key struct tee_key *k =
			load_key(&v, keys[bindings[i].key].pem);
		cleanup_text char *nonce = binding(&v, i, "nonce");
		cleanup_text char *want = binding(&v, i, "primary_canonical_utf8");
		cleanup_text char *sha384 = binding(&v, i, "primary_sha384_hex");
		cleanup_text char *sha512 =
			binding(&v, i, "primary_sha512_hex_for_se");
		cleanup_buf struct buf text = BUF(4096);

		CASE(bindings[i].name);
		REQUIRE(k && nonce && want && sha384 && sha512);
		if (bindings[i].additional)
			with_additional(&v, i, k, &text);
		else
			CHECK_EQ_INT(evidence_runtime_data(nonce, k, &text), 0);
		CHECK_EQ_STR(buf_cstr(&text), want);
		REQUIRE(hash(HASH_SHA384, text.data, text.len, &d) == 0);
		CHECK(equals_hex(d.bytes, 48, sha384));
		REQUIRE(hash(HASH_SHA512, text.data, text.len, &d) == 0);
		CHECK(equals_hex(d.bytes, 64, sha512));
	}
}

/* The digest goes into the TEE's field: here, that of the sample. */
static void test_evidence(void)
{
	cleanup_vector struct vector v = VECTOR;
	cleanup_key struct tee_key *k = NULL;
	cleanup_buf struct buf got = BUF(4096), small = BUF(16);
	const struct attester *sample = attester_find("sample");

	REQUIRE(sample && vector_load(&v, "jwe-example.json"));
	k = load_key(&v, keys[0].pem);
	REQUIRE(k && evidence_make(sample, NONCE, HASH_COUNT, k, &got) == 0);
	CHECK_EQ_STR(buf_cstr(&got), "{\"report_data\":\"Lq8kDWKKAxj/6wnmbcKkf0tN"
		     "0luZGUZQzAngXBInOIpiM2s6J94sOaqFI5/8lcJV\",\"svn\":\"1\"}");
	CHECK_EQ_INT(evidence_make(sample, NONCE, HASH_COUNT, k, &small),
		     -EMSGSIZE);
	CHECK_EQ_INT(evidence_runtime_data(NONCE, k, &small), -EMSGSIZE);
}

static struct {
	const char *nonce;
	int r;				/* of challenge() */
	bool asked;
	struct digest report_data;
} tee;

static int take_nonce(const char *nonce)
{
	CHECK(!tee.asked);
	tee.nonce = nonce;
	return tee.r;
}

static int take_data(const struct digest *report_data, struct buf *ret)
{
	(void)ret;
	tee.asked = true;
	tee.report_data = *report_data;
	return 0;
}

/* Which hash it is, and that a TEE which wants the nonce gets it first. */
static void test_hash_rule(void)
{
	static const struct {
		bool negotiated;
		enum hash own, selected, want;
	} cases[] = {
		{ false, HASH_SHA384, HASH_COUNT, HASH_SHA384 },
		{ false, HASH_SHA384, HASH_SHA512, HASH_SHA384 },
		{ true, HASH_SHA512, HASH_COUNT, HASH_SHA384 },
		{ true, HASH_SHA512, HASH_SHA512, HASH_SHA512 },
		{ true, HASH_SHA512, HASH_SHA256, HASH_SHA256 },
	};
	cleanup_vector struct vector v = VECTOR;
	cleanup_key struct tee_key *k = NULL;
	cleanup_text char *sha512 = NULL;
	struct buf none = BUF(16);
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	k = load_key(&v, keys[0].pem);
	sha512 = binding(&v, 0, "primary_sha512_hex_for_se");
	REQUIRE(k && sha512);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct attester a = {
			.hash = cases[i].own, .negotiated = cases[i].negotiated,
			.challenge = take_nonce, .evidence = take_data,
		};

		memset(&tee, 0, sizeof(tee));
		REQUIRE(evidence_make(&a, NONCE, cases[i].selected, k,
				      &none) == 0);
		CHECK_EQ_STR(tee.nonce, NONCE);
		REQUIRE(tee.asked && tee.report_data.alg == cases[i].want);
		if (cases[i].want == HASH_SHA512)
			CHECK(equals_hex(tee.report_data.bytes, 64, sha512));
		tee.asked = false;
		tee.r = -EBADMSG;
		CHECK_EQ_INT(evidence_make(&a, NONCE, cases[i].selected, k,
					   &none), -EBADMSG);
		CHECK(!tee.asked);
	}
}

/* --- unwrapping --- */

static size_t decode(const struct vector *v, const char *place, uint8_t *out,
		     size_t size)
{
	cleanup_text char *text = vector_string(v, place);
	size_t n = 0;

	CHECK(text && b64_decode(text, strlen(text), B64_URL, out, size, &n) == 0);
	return n;
}

static int unwrap_len(const struct tee_key *k, const uint8_t *x,
		      const uint8_t *y, const uint8_t *wrapped, size_t len)
{
	cleanup_secret struct secret cek = { 0 };
	int r = tee_key_unwrap(k, x, y, wrapped, len, &cek);

	if (r == 0) {
		CHECK_EQ_INT(cek.len, 32);
		CHECK(equals_hex(cek.data, cek.len, CEK));
	}
	CHECK(r == 0 || !cek.data);
	return r;
}

static void test_unwrap_ec(void)
{
	cleanup_vector struct vector v = VECTOR;
	cleanup_json struct json j = { 0 };
	cleanup_text char *header = NULL;
	cleanup_key struct tee_key *k = NULL;
	uint8_t x[32], y[32], wrapped[40], none[32] = { 0 };
	const struct json_token *epk;
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	k = load_key(&v, keys[0].pem);
	header = vector_string(&v, "ecdh_es_a256kw_p256/protected_header_json");
	REQUIRE(k && header && json_parse(&j, header, strlen(header),
					  CODE_INTERNAL, NULL) == 0);
	epk = json_member(&j, json_root(&j), "epk");
	REQUIRE(b64_decode(j.text + json_member(&j, epk, "x")->start, 43,
			   B64_URL, x, 32, &i) == 0);
	REQUIRE(b64_decode(j.text + json_member(&j, epk, "y")->start, 43,
			   B64_URL, y, 32, &i) == 0);
	REQUIRE(decode(&v, "ecdh_es_a256kw_p256/jwe/encrypted_key", wrapped,
		       sizeof(wrapped)) == 40);
	CHECK_EQ_INT(unwrap_len(k, x, y, wrapped, 40), 0);
	for (i = 0; i < 40; i++) {
		CHECK_EQ_INT(unwrap_len(k, x, y, wrapped, i), -EBADMSG);
		wrapped[i] ^= 0x10;
		CHECK_EQ_INT(unwrap_len(k, x, y, wrapped, 40), -EBADMSG);
		wrapped[i] ^= 0x10;
	}
	CHECK_EQ_INT(unwrap_len(k, y, x, wrapped, 40), -EBADMSG);
	CHECK_EQ_INT(unwrap_len(k, none, none, wrapped, 40), -EBADMSG);
	CHECK_EQ_INT(unwrap_len(k, x, y, wrapped, 40), 0);
}

static void test_unwrap_rsa(void)
{
	cleanup_vector struct vector v = VECTOR;
	cleanup_key struct tee_key *k = NULL;
	uint8_t wrapped[257] = { 0 }, old[256];
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	k = load_key(&v, keys[2].pem);
	REQUIRE(k && decode(&v, "rsa_oaep_256/jwe/encrypted_key", wrapped,
			    256) == 256);
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, wrapped, 256), 0);
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, wrapped, 255), -EBADMSG);
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, wrapped, 257), -EBADMSG);
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, wrapped, 0), -EBADMSG);
	for (i = 0; i < 256; i += 51) {
		wrapped[i] ^= 1;
		CHECK_EQ_INT(unwrap_len(k, NULL, NULL, wrapped, 256), -EBADMSG);
		wrapped[i] ^= 1;
	}
	/* PKCS#1 v1.5 of the same content key with the same RSA key. */
	REQUIRE(decode(&v, "rsa1_5/jwe/encrypted_key", old, 256) == 256);
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, old, 256), -EBADMSG);
	memset(old, 0xff, sizeof(old));
	CHECK_EQ_INT(unwrap_len(k, NULL, NULL, old, 256), -EBADMSG);
}

static const struct test tests[] = {
	{ "jwk", test_jwk },
	{ "jwk keeps its width", test_jwk_width },
	{ "new key", test_new },
	{ "bad pem", test_pem },
	{ "runtime data", test_runtime_data },
	{ "evidence", test_evidence },
	{ "the hash, and a nonce that the TEE wants", test_hash_rule },
	{ "unwrap, elliptic curve", test_unwrap_ec },
	{ "unwrap, rsa", test_unwrap_rsa },
};

TEST_MAIN(tests)
