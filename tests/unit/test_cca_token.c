/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cca_fake.h"
#include "third_party.h"

static int parse_spec(const struct spec *s, struct cca_token *ret,
		      struct reason *why)
{
	cleanup_buf struct buf b = BUF(8192);

	put_token(s, &b);
	if (!CHECK(buf_error(&b) == 0))
		return -EINVAL;
	return cca_token_parse(b.data, b.len, ret, why);
}

static void test_ours(void)
{
	uint8_t challenge[CCA_CHALLENGE_LEN];
	struct reason why = { 0 };
	struct cca_token t;
	struct spec s = good;

	memset(challenge, 0xc5, sizeof(challenge));
	REQUIRE(parse_spec(&s, &t, &why) == 0);
	CHECK_EQ_INT(t.tag, 907);
	CHECK_EQ_STR(t.realm.profile, s.realm_profile);
	CHECK_EQ_STR(t.platform.profile, s.platform_profile);
	CHECK_EQ_INT(t.realm.hash, HASH_SHA512);
	CHECK_EQ_INT(t.realm.rak_hash, HASH_SHA256);
	CHECK_EQ_INT(t.realm.point[0], 4);
	CHECK_EQ_INT(t.realm.point[48], RAK_X);
	CHECK_EQ_INT(t.realm.point[96], RAK_Y);
	CHECK_EQ_INT(t.realm.personalization[63], 0x50);
	CHECK_EQ_INT(t.realm.rim.bytes[63], 0x99);
	CHECK_EQ_INT(t.realm.rem[3].bytes[0], 3);
	CHECK_EQ_INT(t.platform.lifecycle, 0x3003);
	CHECK_EQ_INT(t.platform.implementation[31], 0x77);
	CHECK_EQ_INT(t.platform.component_count, 1);
	CHECK_EQ_STR(t.platform.components[0].type, "BL");
	CHECK_EQ_STR(t.platform.components[0].version, "");
	CHECK_EQ_INT(t.platform.components[0].value.bytes[31], 0x42);
	CHECK_EQ_INT(t.platform.components[0].signer.len, 0);
	CHECK_EQ_INT(cca_token_check(&t, challenge, &why), 0);
	s.tag = 399;
	s.extra = true;
	CHECK_EQ_INT(parse_spec(&s, &t, &why), 0);
	CHECK_EQ_INT(t.tag, 399);
	s.realm_profile = NULL;
	s.bare_point = true;
	s.platform_profile = "http://arm.com/CCA-SSD/1.0.0";
	CHECK_EQ_INT(parse_spec(&s, &t, &why), 0);
	CHECK_EQ_INT(cca_token_check(&t, challenge, &why), 0);
	s.hash = "sha-256";
	s.rim_len = s.rem_len = 32;
	CHECK_EQ_INT(parse_spec(&s, &t, &why), 0);
	CHECK_EQ_INT(t.realm.rem[0].len, 32);
}

#define CHANGE(text_, ...) { text_, ({ struct spec s_ = good; __VA_ARGS__; s_; }) }

static void test_malformed(void)
{
	const struct {
		const char *part;
		struct spec s;
	} cases[] = {
		CHANGE("neither 399 nor 907", s_.tag = 398),
		CHANGE("platform part", s_.entry = 262),
		CHANGE("platform part", s_.sign_tag = 17),
		CHANGE("platform part", s_.parts = 3),
		CHANGE("followed", s_.trailing = true),
		CHANGE("realm has no challenge", s_.challenge_len = 63),
		CHANGE("personalization", s_.personalization_len = 65),
		CHANGE("hash of its measurements", s_.hash = "sha-1"),
		CHANGE("hash of its measurements", s_.hash = "sha-512/256xxxxx"),
		CHANGE("hash of its key", s_.rak_hash = "SHA-256"),
		CHANGE("P-384", s_.curve = 1),
		CHANGE("P-384", s_.coordinate_len = 47),
		CHANGE("P-384", s_.bare_point = true),
		CHANGE("P-384", s_.realm_profile = NULL),
		CHANGE("a profile that is no text", s_.realm_profile = ""),
		CHANGE("a profile that is no text", s_.realm_profile = "a\nb"),
		CHANGE("four extensible", s_.rems = 3),
		CHANGE("four extensible", s_.rems = 5),
		CHANGE("four extensible", s_.rim_len = 20),
		CHANGE("different lengths", s_.rem_len = 32),
		CHANGE("shorter than their hash", s_.rim_len = s_.rem_len = 32),
		CHANGE("hash's length", s_.short_platform_challenge = true),
		CHANGE("instance id", s_.instance = 2),
		CHANGE("lifecycle", s_.lifecycle = (unsigned)-1),
		CHANGE("implementation id", s_.implementation_len = 31),
		CHANGE("software components", s_.no_components = true),
		CHANGE("software components", s_.component_len = 31),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reason why = { 0 };
		struct cca_token t = { .tag = 7 };

		CASE(cases[i].part);
		CHECK_EQ_INT(parse_spec(&cases[i].s, &t, &why), -EBADMSG);
		CHECK_EQ_INT(t.tag, 7);
		CHECK_EQ_INT(why.code, CODE_NO_TEE);
		if (!CHECK(strstr(why.text, cases[i].part)))
			printf("#   is '%s'\n", why.text);
	}
}

/* What stops a boot before anything is sent, each with a sentence. */
static void test_mismatch(void)
{
	const struct {
		const char *part;
		struct spec s;
	} cases[] = {
		CHANGE("realm profile 'tag:arm.com,2099:realm#1.0.0' is not known",
		       s_.realm_profile = "tag:arm.com,2099:realm#1.0.0"),
		CHANGE("platform profile 'x' is not known",
		       s_.platform_profile = "x"),
		CHANGE("does not vouch", s_.other_rak = true),
		CHANGE("does not vouch", s_.rak_hash = "sha-512"),
	};
	uint8_t challenge[CCA_CHALLENGE_LEN];
	struct reason why = { 0 };
	struct cca_token t;
	size_t i;

	memset(challenge, 0xc5, sizeof(challenge));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].part);
		REQUIRE(parse_spec(&cases[i].s, &t, &why) == 0);
		CHECK_EQ_INT(cca_token_check(&t, challenge, &why), -EBADMSG);
		if (!CHECK(strstr(why.text, cases[i].part)))
			printf("#   is '%s'\n", why.text);
	}
	CASE("challenge");
	REQUIRE(parse_spec(&good, &t, &why) == 0);
	for (i = 0; i < sizeof(challenge); i += 21) {
		challenge[i] ^= 1;
		CHECK_EQ_INT(cca_token_check(&t, challenge, &why), -EBADMSG);
		CHECK(strstr(why.text, "challenge is not ours"));
		challenge[i] ^= 1;
	}
	CHECK_EQ_INT(cca_token_check(&t, challenge, &why), 0);
}

/* Each length that it can be cut to. */
static void test_cut(void)
{
	cleanup_buf struct buf b = BUF(8192);
	struct cca_token t;
	size_t len;

	put_token(&good, &b);
	for (len = 0; len < b.len; len++)
		CHECK_EQ_INT(cca_token_parse(b.data, len, &t, NULL), -EBADMSG);
}

static void test_third_party(void)
{
	static const struct {
		const char *name, *realm_profile;
		size_t rem_len, components;
		uint8_t challenge, rim;
	} tokens[] = {
		{ "cca/cca-example-token.cbor", "", 64, 13, 0x57, 0xae },
		{ "cca/ccatoken-01.cbor", "", 32, 4, 0xab, 0x00 },
		{ "cca/ccatoken-draft-ffm-00.cbor",
		  "tag:arm.com,2023:realm#1.0.0", 32, 13, 0x6e, 0x31 },
	};
	uint8_t zero[CCA_CHALLENGE_LEN] = { 0 };
	size_t i;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	for (i = 0; i < ARRAY_SIZE(tokens); i++) {
		cleanup_buf struct buf b = BUF(CCA_TOKEN_MAX);
		struct reason why = { 0 };
		struct cca_token t;

		CASE(tokens[i].name);
		if (!CHECK(third_party_read(tokens[i].name, &b)))
			continue;
		if (!CHECK(cca_token_parse(b.data, b.len, &t, &why) == 0)) {
			printf("#   %s\n", why.text);
			continue;
		}
		CHECK_EQ_INT(t.tag, 399);
		CHECK_EQ_STR(t.realm.profile, tokens[i].realm_profile);
		CHECK_EQ_INT(t.realm.challenge[0], tokens[i].challenge);
		CHECK_EQ_INT(t.realm.rim.bytes[0], tokens[i].rim);
		CHECK_EQ_INT(t.realm.rem[3].len, tokens[i].rem_len);
		CHECK_EQ_INT(t.platform.lifecycle, 12291);
		CHECK_EQ_INT(t.platform.component_count, tokens[i].components);
		CHECK_EQ_MEM(t.platform.implementation, "\x7f" "ELF", 4);
		CHECK_EQ_INT(cca_token_check(&t, t.realm.challenge, &why), 0);
		CHECK_EQ_INT(cca_token_check(&t, zero, &why), -EBADMSG);
	}
}

/* The evidence of Trustee's own test, byte for byte but for white space. */
static void test_evidence(void)
{
	cleanup_buf struct buf token = BUF(CCA_TOKEN_MAX), json = BUF(1 << 20);
	cleanup_buf struct buf want = BUF(1 << 20);
	size_t i, n = 0;

	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	REQUIRE(third_party_read("cca/cca-example-token.cbor", &token));
	REQUIRE(third_party_read("cca/cca-example-evidence.json", &want));
	for (i = 0; i < want.len; i++)
		if (!strchr(" \n\t\r", want.data[i]))
			want.data[n++] = want.data[i];
	cca_token_evidence(token.data, token.len, &json);
	REQUIRE(buf_error(&json) == 0 && json.len == n);
	CHECK_EQ_MEM(json.data, want.data, n);
}

static const struct test tests[] = {
	{ "tokens of our own", test_ours },
	{ "one member is not right", test_malformed },
	{ "what does not belong together", test_mismatch },
	{ "cut off", test_cut },
	{ "tokens of others", test_third_party },
	{ "evidence", test_evidence },
};

TEST_MAIN(tests)
