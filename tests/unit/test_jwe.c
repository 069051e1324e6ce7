/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JWE of a KBS: the vectors of kbs-wire.md 3.7, and one change at a time.
 * test_tee_key.c has the key's own form.
 */
#include <stdio.h>

#include "crypto.h"
#include "encode.h"
#include "jwe.h"
#include "test.h"
#include "vector.h"

#define P256		"ecdh_es_a256kw_p256"
#define PLAINTEXT	"correct horse battery staple"

#define cleanup_key	cleanup(free_key)

static void free_key(struct tee_key **k)
{
	tee_key_free(*k);
}

/* The vectors, with where each one's private key is. */
static const struct {
	const char *name, *key;
	bool good;
} cases[] = {
	{ P256, P256 "/tee_private_key_pkcs8_pem", true },
	{ "ecdh_es_a256kw_p521", "ecdh_es_a256kw_p521/tee_private_key_pkcs8_pem",
	  true },
	{ "rsa_oaep_256", "rsa_private_key_pkcs1_pem", true },
	{ "rsa1_5", "rsa_private_key_pkcs1_pem", false },
	{ "akp_ml_kem_768_a192kw_experimental", NULL, false },
};

static struct tee_key *load_key(const struct vector *v, const char *place)
{
	cleanup_text char *pem = vector_string(v, place);
	struct tee_key *k = NULL;

	if (!pem || tee_key_from_pem(pem, &k) < 0)
		printf("# no key at %s\n", place);
	return k;
}

static char *load_jwe(const struct vector *v, const char *name)
{
	char place[64];

	(void)snprintf(place, sizeof(place), "%s/jwe", name);
	return vector_json(v, place);
}

/*
 * Opens TEXT, from memory of exactly its length.  All that can be said of each
 * failure is checked here; *RET is empty then.
 */
static int open_text(const char *text, size_t len, const struct tee_key *k,
		     struct secret *ret, struct reason *why)
{
	char *exact = malloc(len ? len : 1);
	int r;

	if (!exact)
		abort();
	memcpy(exact, text, len);
	*why = (struct reason){ 0 };
	r = jwe_open(exact, len, k, ret, why);
	if (r < 0) {
		CHECK_EQ_INT(r, -EBADMSG);
		CHECK(why->code == CODE_JWE || why->code == CODE_RESOURCE);
		CHECK(why->text[0] != '\0');
		CHECK(!ret->data);
	} else {
		CHECK_EQ_INT(why->code, CODE_NONE);
		CHECK(ret->data != NULL);
	}
	free(exact);
	return r;
}

static void check_opens(const char *text, const struct tee_key *k)
{
	cleanup_secret struct secret out = { 0 };
	struct reason why;

	if (CHECK_EQ_INT(open_text(text, strlen(text), k, &out, &why), 0) &&
	    CHECK_EQ_INT(out.len, strlen(PLAINTEXT)))
		CHECK_EQ_MEM(out.data, PLAINTEXT, out.len);
}

static void check_refused(const char *text, const struct tee_key *k,
			  const char *sentence)
{
	cleanup_secret struct secret out = { 0 };
	struct reason why;

	CHECK(open_text(text, strlen(text), k, &out, &why) < 0);
	if (sentence)
		CHECK_EQ_STR(why.text, sentence);
}

/* Each JWE with each key: it opens with its own and no other. */
static void test_vectors(void)
{
	cleanup_vector struct vector v = VECTOR;
	char name[128];
	size_t i, k;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_text char *text = load_jwe(&v, cases[i].name);

		REQUIRE(text != NULL);
		for (k = 0; k < 3; k++) {
			cleanup_key struct tee_key *key =
				load_key(&v, cases[k].key);

			(void)snprintf(name, sizeof(name), "%s with the key of %s",
				       cases[i].name, cases[k].name);
			CASE(name);
			REQUIRE(key != NULL);
			if (cases[i].good && i == k)
				check_opens(text, key);
			else
				check_refused(text, key, NULL);
		}
	}
}

/* Another key of the right kind. */
static void test_stranger(void)
{
	static const enum tee_key_type types[] = { TEE_KEY_P256, TEE_KEY_P521 };
	cleanup_vector struct vector v = VECTOR;
	size_t i;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		cleanup_text char *text = load_jwe(&v, cases[i].name);
		cleanup_key struct tee_key *key = NULL;

		CASE(cases[i].name);
		REQUIRE(text && tee_key_new(types[i], &key) == 0);
		check_refused(text, key,
			      "the content key was not encrypted to our key");
	}
}

/* The shared secret has a zero byte in front, which belongs to it. */
static void test_short_z(void)
{
	static const char text[] =
		"{\"protected\":\"eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNT"
		"ZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJOMEwya"
		"Tl2Z3VKazZYUlpsbGZfdk5jLWxYSkJmSkV2ZFl2RUFkdmdhaHQ0IiwieSI6InJw"
		"aDhqaXNwY2dwbUtEeDBrNDl6dW9qOGljWFY4UVhoOFhLbkFPMmZNeFUifX0\","
		"\"encrypted_key\":\"COSAc-iV08szlCoGe6B4oaHWqJK533VofGPoBHAvhmJj"
		"mdbzQO_JXA\",\"iv\":\"oKGio6Slpqeoqaqr\","
		"\"ciphertext\":\"pOdpTZbL5g\",\"tag\":\"md8uf8In3K9ECnebGce5VQ\"}";
	cleanup_secret struct secret out = { 0 };
	cleanup_vector struct vector v = VECTOR;
	cleanup_key struct tee_key *key = NULL;
	struct reason why;

	REQUIRE(vector_load(&v, "jwe-example.json"));
	key = load_key(&v, cases[0].key);
	REQUIRE(key != NULL);
	REQUIRE(open_text(text, strlen(text), key, &out, &why) == 0);
	REQUIRE(out.len == 7);
	CHECK_EQ_MEM(out.data, "short z", 7);
}

/* --- one change of the P-256 vector --- */

#define EPK_X	"_o9u-CtsvWKCYQcwgmn66RCpQfSw7lhxgb5k9FJnwlw"
#define EPK_Y	"C9Zy1wqvu-d2zb8hYZzXMKdI0ppRTDn867Huxw-JjRs"
#define BAD_KEY	"the content key was not encrypted to our key"

struct edit {
	const char *old, *new, *sentence;
};

/* In the JSON of the protected header, which is encoded anew. */
static const struct edit header_edits[] = {
	{ "\"ECDH-ES+A256KW\"", "\"dir\"",
	  "'alg' is not the one that was offered" },
	{ "ECDH-ES+A256KW", "ECDH-ES", "'alg' is not the one that was offered" },
	{ "ECDH-ES+A256KW", "ECDH-ES+A128KW",
	  "'alg' is not the one that was offered" },
	{ "ECDH-ES+A256KW", "RSA1_5", "'alg' is not the one that was offered" },
	{ "ECDH-ES+A256KW", "RSA-OAEP-256",
	  "'alg' is not the one that was offered" },
	{ "\"ECDH-ES+A256KW\"", "null",
	  "'alg' is not the one that was offered" },
	{ "\"alg\":\"ECDH-ES+A256KW\",", "",
	  "'alg' is not the one that was offered" },
	{ "A256GCM", "A128GCM", "'enc' is not A256GCM" },
	{ "A256GCM", "A256CBC-HS512", "'enc' is not A256GCM" },
	{ "\"enc\":\"A256GCM\",", "", "'enc' is not A256GCM" },
	{ "{\"alg\"", "{\"zip\":\"DEF\",\"alg\"", "unknown key 'zip'" },
	{ "{\"alg\"", "{\"apu\":\"\",\"alg\"", "unknown key 'apu'" },
	{ "{\"alg\"", "{\"crit\":[],\"alg\"", "unknown key 'crit'" },
	{ "{\"alg\"", "{\"alg\":\"dir\",\"alg\"",
	  "JSON at byte 14: an object has the same key twice" },
	{ "P-256", "P-521", "'epk' is on another curve than our key" },
	{ "P-256", "P-384", "'epk' is on another curve than our key" },
	{ "P-256", "p-256", "'epk' is on another curve than our key" },
	{ "\"EC\"", "\"OKP\"", "'epk' is on another curve than our key" },
	{ "\"kty\":\"EC\",", "", "'epk' is on another curve than our key" },
	{ "\"kty\":\"EC\"", "\"kty\":\"EC\",\"d\":\"AA\"",
	  "the header has no proper 'epk'" },
	{ "\"epk\"", "\"ekp\"", "unknown key 'ekp'" },
	{ "{\"crv\"", "[],\"x\":{\"crv\"", "unknown key 'x'" },
	/* not on the curve: another y, another x, (0, 0), x = 2^256 - 1 */
	{ EPK_Y, "D9Zy1wqvu-d2zb8hYZzXMKdI0ppRTDn867Huxw-JjRs", BAD_KEY },
	{ EPK_X, "-o9u-CtsvWKCYQcwgmn66RCpQfSw7lhxgb5k9FJnwlw", BAD_KEY },
	{ EPK_X "\",\"y\":\"" EPK_Y,
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\""
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", BAD_KEY },
	{ EPK_X, "__________________________________________8", BAD_KEY },
	/* on the curve, but another point: our own public key */
	{ EPK_X "\",\"y\":\"" EPK_Y,
	  "6e-iYyke77z9UEeeob-tGUPLLCuWg2gvloVEXOuTqkM\",\"y\":\""
	  "VdG5qwL4SZoX-nnC0PnLvYPJkZLSkIhwqskXVhvJNCk", BAD_KEY },
	/* coordinates of another width, also with the same value */
	{ EPK_X, "_o9u-CtsvWKCYQcwgmn66RCpQfSw7lhxgb5k9FJnwg",
	  "'x' has 31 bytes instead of 32" },
	{ EPK_X, "AP6PbvgrbL1igmEHMIJp-ukQqUH0sO5YcYG-ZPRSZ8Jc",
	  "'x' is missing or not base64url" },
	{ EPK_Y, "", "'y' has 0 bytes instead of 32" },
	{ "\"" EPK_Y "\"", "1", "'y' is missing or not base64url" },
	{ ",\"y\":\"" EPK_Y "\"", "", "'y' is missing or not base64url" },
	{ EPK_X, "_o9u+CtsvWKCYQcwgmn66RCpQfSw7lhxgb5k9FJnwlw",
	  "'x' is missing or not base64url" },
	{ "}}", "}", "JSON at byte 172: a comma or a closing bracket is missing" },
	{ "}}", "}} ", "the content does not authenticate" },
	{ "\"alg\"", "\"\\u0061lg\"", "the content does not authenticate" },
};

/* In the JWE itself. */
static const struct edit body_edits[] = {
	{ "{\"protected\"", "{\"aad\":\"\",\"protected\"", "unknown key 'aad'" },
	{ "{\"protected\"", "{\"header\":{},\"protected\"",
	  "unknown key 'header'" },
	{ "{\"protected\"", "{\"unprotected\":{},\"protected\"",
	  "unknown key 'unprotected'" },
	{ "{\"protected\"", "{\"zip\":\"DEF\",\"protected\"",
	  "unknown key 'zip'" },
	{ "{\"protected\"", "{\"recipients\":[],\"protected\"",
	  "unknown key 'recipients'" },
	{ "{\"protected\"", "{\"tag\":\"\",\"protected\"", NULL },
	{ "\"protected\":\"", "\"protected\":\"*",
	  "'protected' is not base64url" },
	{ "\"protected\":", "\"protected\":1,\"iv\":", NULL },
	{ "\"JM2SXx6bhYwRySqYCzwGURpHgkmOmdvhp-8Z4MbotSoeS0ccmE5xcQ\"", "\"\"",
	  BAD_KEY },
	/* 39, 41 and 48 bytes, a bit of the first and of the last */
	{ "JM2SXx6bhYwRySqYCzwGURpHgkmOmdvhp-8Z4MbotSoeS0ccmE5xcQ",
	  "JM2SXx6bhYwRySqYCzwGURpHgkmOmdvhp-8Z4MbotSoeS0ccmE5x", BAD_KEY },
	{ "JM2SXx6bhYwRySqYCzwGURpHgkmOmdvhp-8Z4MbotSoeS0ccmE5xcQ",
	  "JM2SXx6bhYwRySqYCzwGURpHgkmOmdvhp-8Z4MbotSoeS0ccmE5xcQA", BAD_KEY },
	{ "mE5xcQ\"", "mE5xcQAAAAAAAAAA\"", BAD_KEY },
	{ "\"JM2S", "\"pM2S", BAD_KEY },
	{ "mE5xcQ\"", "mE5xcA\"", BAD_KEY },
	{ "mE5xcQ\"", "mE5xcR\"", "'encrypted_key' is missing or not base64url" },
	/* 11 and 13 bytes; another IV */
	{ "oKGio6Slpqeoqaqr", "oKGio6Slpqeoqao", "'iv' has 11 bytes instead of 12" },
	{ "oKGio6Slpqeoqaqr", "oKGio6SlpqeoqaqrAA",
	  "'iv' is missing or not base64url" },
	{ "oKGio6Slpqeoqaqr", "oKGio6Slpqeoqaqs",
	  "the content does not authenticate" },
	{ "\"oKGio6Slpqeoqaqr\"", "[]", "'iv' is missing or not base64url" },
	/* 15 and 17 bytes; 4 bytes, which GCM itself would take */
	{ "1WyUF4t8q85hS4v7VwreTw", "1WyUF4t8q85hS4v7Vwre",
	  "'tag' has 15 bytes instead of 16" },
	{ "1WyUF4t8q85hS4v7VwreTw", "1WyUF4t8q85hS4v7VwreTwA",
	  "'tag' is missing or not base64url" },
	{ "1WyUF4t8q85hS4v7VwreTw", "1WyUFw", "'tag' has 4 bytes instead of 16" },
	{ "1WyUF4t8q85hS4v7VwreTw", "", "'tag' has 0 bytes instead of 16" },
	{ "1WyUF4t8q85hS4v7VwreTw", "1WyUF4t8q85hS4v7VwreTg",
	  "the content does not authenticate" },
	{ "tOB0TYeI6A0RADON7JxSl5tjkLWVT_ZZg6yC_w", "",
	  "the resource is empty" },
	{ "tOB0TYeI6A0RADON7JxSl5tjkLWVT_ZZg6yC_w",
	  "tOB0TYeI6A0RADON7JxSl5tjkLWVT_ZZg6yC",
	  "the content does not authenticate" },
	{ "\"tOB0TYeI6A0RADON7JxSl5tjkLWVT_ZZg6yC_w\"", "null",
	  "'ciphertext' is missing" },
	{ "\"ciphertext\":", "\"cipher\":", "unknown key 'cipher'" },
	{ "VwreTw\"}", "VwreTw\"} x", NULL },
	{ "VwreTw\"}", "VwreTw\",}", NULL },
};

struct p256 {
	struct vector v;
	struct tee_key *key;
	char *text, *header;
};

static void p256_free(struct p256 *p)
{
	vector_free(&p->v);
	tee_key_free(p->key);
	free(p->text);
	free(p->header);
}

/* The vector without white space between its tokens. */
static bool p256_load(struct p256 *p)
{
	char *from, *to;

	p->v = (struct vector)VECTOR;
	if (!vector_load(&p->v, "jwe-example.json"))
		return false;
	p->key = load_key(&p->v, cases[0].key);
	p->text = load_jwe(&p->v, P256);
	p->header = vector_string(&p->v, P256 "/protected_header_json");
	if (!p->key || !p->text || !p->header)
		return false;
	for (from = to = p->text; *from; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
	*to = '\0';
	return true;
}

static void test_header(void)
{
	cleanup(p256_free) struct p256 p = { 0 };
	size_t i;

	REQUIRE(p256_load(&p));
	check_opens(p.text, p.key);
	for (i = 0; i < ARRAY_SIZE(header_edits); i++) {
		const struct edit *e = &header_edits[i];
		cleanup_text char *header = text_replace(p.header, e->old, e->new);
		cleanup_buf struct buf body = BUF(8192);
		char *rest;

		CASE(e->new);
		rest = strstr(p.text, "\",\"encrypted_key\"");
		REQUIRE(header && rest);
		buf_str(&body, "{\"protected\":\"");
		buf_b64(&body, header, strlen(header), B64_URL);
		buf_str(&body, rest);
		REQUIRE(buf_cstr(&body) != NULL);
		check_refused(buf_cstr(&body), p.key, e->sentence);
	}
}

static void test_body(void)
{
	cleanup(p256_free) struct p256 p = { 0 };
	size_t i;

	REQUIRE(p256_load(&p));
	for (i = 0; i < ARRAY_SIZE(body_edits); i++) {
		const struct edit *e = &body_edits[i];
		cleanup_text char *text = text_replace(p.text, e->old, e->new);

		CASE(e->new);
		REQUIRE(text != NULL);
		check_refused(text, p.key, e->sentence);
	}
}

/* Whole texts: what is not even the shape of a JWE. */
static void test_shape(void)
{
	static const char none[] = "there is no 'protected' header";
	static const struct edit texts[] = {
		{ NULL, "{}", none }, { NULL, "{\"tag\":\"\"}", none },
		{ NULL, "{\"protected\":null}", none },
		{ NULL, "{\"protected\":7}", none },
		{ NULL, "{\"protected\":[\"e30\"]}", none },
		{ NULL, "{\"protected\":{}}", none },
		{ NULL, "{\"protected\":\"\"}",
		  "JSON at byte 0: a value is missing" },
		{ NULL, "{\"protected\":\"W10\"}", "not a JSON object" },
		{ NULL, "{\"protected\":\"e30\"}",
		  "'alg' is not the one that was offered" },
		{ NULL, "[]", "not a JSON object" }, { NULL, "7",
		  "not a JSON object" },
		{ NULL, "", "JSON at byte 0: a value is missing" },
		{ NULL, "eyJ.AAA.AAA.AAA.AAA",
		  "JSON at byte 0: a value is missing" },
	};
	cleanup(p256_free) struct p256 p = { 0 };
	char text[4200];
	size_t i;

	REQUIRE(p256_load(&p));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		CASE(texts[i].new);
		check_refused(texts[i].new, p.key, texts[i].sentence);
	}
	/* A header of 4096 characters is read, and no longer one. */
	CASE("long");
	for (i = 4096; i <= 4100; i += 4) {
		memset(text, 'I', sizeof(text));
		memcpy(text, "{\"protected\":\"", 14);
		(void)snprintf(text + 14 + i, sizeof(text) - 14 - i, "\"}");
		check_refused(text, p.key, i > 4096 ? none :
			      "JSON at byte 1: a value is missing");
	}
}

/* One bit of any byte, and each length. */
static void test_tampered(void)
{
	cleanup(p256_free) struct p256 p = { 0 };
	cleanup_secret struct secret out = { 0 };
	struct reason why;
	size_t i, len;

	REQUIRE(p256_load(&p));
	len = strlen(p.text);
	for (i = 0; i < len; i++) {
		p.text[i] ^= (char)(1 << i % 7);
		if (!CHECK(open_text(p.text, len, p.key, &out, &why) < 0))
			printf("#   byte %zu of %s\n", i, p.text);
		secret_free(&out);
		p.text[i] ^= (char)(1 << i % 7);
	}
	for (i = 0; i < len; i++)
		CHECK(open_text(p.text, i, p.key, &out, &why) < 0);
	check_opens(p.text, p.key);
}

static const struct test tests[] = {
	{ "vectors", test_vectors },
	{ "another key", test_stranger },
	{ "short shared secret", test_short_z },
	{ "header", test_header },
	{ "body", test_body },
	{ "shape", test_shape },
	{ "tampered", test_tampered },
};

TEST_MAIN(tests)
