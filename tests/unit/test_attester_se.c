/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=uv_attest */
/* From a challenge to the evidence of IBM SE. */
#include "attester.h"
#include "json.h"
#include "log.h"
#include "se_fake.h"
#include "test.h"
#include "uv.h"
#include "vector.h"

extern const struct attester attester_se;

int __wrap_uv_attest(const char *device, const struct uv_request *q,
		     struct uv_answer *ret);

static int result;
static uint8_t user_data[64];

int __wrap_uv_attest(const char *device, const struct uv_request *q,
		     struct uv_answer *ret)
{
	CHECK_EQ_STR(device, "/dev/uv");
	CHECK_EQ_INT(q->request.left, FAKE_REQUEST_LEN);
	CHECK(q->request.p[0] == 0 && q->request.p[9] == 9);
	CHECK_EQ_INT(q->measurement_len, 64);
	CHECK_EQ_INT(q->additional_len, 96);
	if (CHECK_EQ_INT(q->user_data.left, sizeof(user_data)))
		memcpy(user_data, q->user_data.p, sizeof(user_data));
	if (result)
		return fail(result, CODE_NO_TEE, "the ultravisor says no");
	buf_str(&ret->measurement, "measured");
	buf_str(&ret->additional, "more");
	memset(ret->config_uid, 0x11, sizeof(ret->config_uid));
	return 0;
}

static int challenge(void)
{
	cleanup_buf struct buf nonce = BUF(FAKE_NONCE_MAX);

	put_nonce(&nonce);
	failure_clear();
	return attester_se.challenge(buf_cstr(&nonce));
}

static int ask(enum hash alg, struct buf *ret)
{
	struct digest d = { .alg = alg };

	memset(d.bytes, 0xdd, hash_len(alg));
	failure_clear();
	return attester_se.evidence(&d, ret);
}

/* MEMBER is base64 of LEN bytes that begin with those at DATA. */
static void check_member(const struct vector *v, const char *member,
			 const void *data, size_t n, size_t len)
{
	cleanup_text char *text = vector_string(v, member);
	uint8_t bytes[1024];
	size_t got = 0;

	CASE(member);
	REQUIRE(text);
	CHECK_EQ_INT(b64_decode(text, strlen(text), B64_STD, bytes,
				sizeof(bytes), &got), 0);
	CHECK_EQ_INT(got, len);
	CHECK_EQ_MEM(bytes, data, n);
}

static void test_evidence(void)
{
	static const uint8_t counting[] = { 1, 2, 3, 4, 5, 6 };
	uint8_t uid[UV_CONFIG_UID_LEN], data[64];
	struct reason why = { 0 };
	cleanup_vector struct vector v = VECTOR;

	memset(uid, 0x11, sizeof(uid));
	memset(data, 0xdd, sizeof(data));
	REQUIRE(challenge() == 0);
	REQUIRE(ask(HASH_SHA512, &v.text) == 0);
	REQUIRE(buf_cstr(&v.text));
	REQUIRE(json_parse(&v.json, buf_cstr(&v.text), v.text.len,
			   CODE_INTERNAL, &why) == 0);
	CHECK_EQ_INT(json_root(&v.json)->count, 7);
	check_member(&v, "measurement", "measured", 8, 8);
	check_member(&v, "additional_data", "more", 4, 4);
	check_member(&v, "user_data", data, 64, 64);
	check_member(&v, "cuid", uid, 16, 16);
	check_member(&v, "encr_measurement_key", counting, 5, FAKE_WRAPPED_LEN);
	check_member(&v, "encr_request_nonce", counting + 1, 5,
		     FAKE_WRAPPED_LEN);
	check_member(&v, "image_hdr_tags", counting + 2, 4, SE_TAGS_LEN);
	CHECK_EQ_MEM(user_data, data, 64);
	attester_se.finish();
}

/* A server of before v0.21 has 48 bytes, and pads them as well. */
static void test_older(void)
{
	cleanup_buf struct buf b = BUF(8192);
	uint8_t data[64] = { 0 };

	memset(data, 0xdd, 48);
	REQUIRE(challenge() == 0);
	REQUIRE(ask(HASH_SHA384, &b) == 0);
	CHECK_EQ_MEM(user_data, data, 64);
	CHECK(attester_se.negotiated && attester_se.hash == HASH_SHA512);
	attester_se.finish();
}

static void test_failures(void)
{
	cleanup_buf struct buf b = BUF(8192), small = BUF(64);

	failure_clear();
	CHECK_EQ_INT(attester_se.challenge("AAECAwQFBgcICQoLDA0ODxAREhMUFRY="),
		     -EBADMSG);
	CHECK_EQ_INT(failure()->code, CODE_KBS_PROTOCOL);
	CHECK(strstr(failure()->text, "the nonce is no request to IBM SE: "));
	/* The next challenge takes the place of the one before. */
	REQUIRE(challenge() == 0 && challenge() == 0);
	result = -EIO;
	CHECK_EQ_INT(ask(HASH_SHA512, &b), -EIO);
	CHECK_EQ_INT(b.len, 0);
	result = 0;
	CHECK_EQ_INT(ask(HASH_SHA512, &small), -EMSGSIZE);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	attester_se.finish();
}

static const struct test tests[] = {
	{ "evidence", test_evidence },
	{ "for older servers", test_older },
	{ "failures", test_failures },
};
TEST_MAIN(tests)
