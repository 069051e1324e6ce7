/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=tsm_report */
/* What is sent as the evidence of a realm, and what is not. */
#include "attester.h"
#include "cca_fake.h"
#include "log.h"
#include "tsm.h"

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret);

extern const struct attester attester_cca;

/* What the kernel answers with; CHALLENGE is filled in unless it is set. */
static struct spec answer;
static int result;

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret)
{
	struct spec s = answer;

	CHECK_EQ_STR(q->provider, "arm_cca_guest");
	CHECK(!q->root && !q->options[0].name);
	if (result < 0)
		return fail(result, CODE_NO_TEE, "the kernel says no");
	if (!s.challenge)
		s.challenge = q->data;
	put_token(&s, &ret->out);
	return 0;
}

static int ask(struct buf *ret)
{
	struct digest d = { .alg = HASH_SHA384 };

	memset(d.bytes, 0xdd, hash_len(d.alg));
	/* Not of the digest, and so not of the challenge. */
	memset(d.bytes + 48, 0xee, 16);
	failure_clear();
	buf_reset(ret);
	return attester_cca.evidence(&d, ret);
}

/* kbs-wire.md 2.3: the challenge is the digest and 16 zero bytes. */
static void test_good(void)
{
	cleanup_buf struct buf json = BUF(1 << 16), token = BUF(1 << 14);
	cleanup_buf struct buf want = BUF(1 << 16);
	uint8_t challenge[CCA_CHALLENGE_LEN] = { 0 };

	answer = good;
	REQUIRE(ask(&json) == 0);
	memset(challenge, 0xdd, 48);
	answer.challenge = challenge;
	put_token(&answer, &token);
	cca_token_evidence(token.data, token.len, &want);
	CHECK_EQ_STR(buf_cstr(&json), buf_cstr(&want));
}

static void check_refused(const char *why)
{
	cleanup_buf struct buf json = BUF(1 << 16);

	CHECK_EQ_INT(ask(&json), -EBADMSG);
	CHECK_EQ_INT(json.len, 0);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	if (!CHECK(strstr(failure()->text, why)))
		printf("#   is '%s'\n", failure()->text);
}

/* Nothing is sent. */
static void test_refused(void)
{
	uint8_t stale[CCA_CHALLENGE_LEN] = { 1 };
	cleanup_buf struct buf json = BUF(1 << 16);

	answer = good;
	answer.challenge = stale;
	check_refused("challenge is not ours");
	answer = good;
	answer.other_rak = true;
	check_refused("does not vouch");
	answer = good;
	answer.realm_profile = "tag:arm.com,2099:realm#9";
	check_refused("not known");
	answer = good;
	answer.rems = 3;
	check_refused("measurements");
	answer = good;
	result = -EAGAIN;
	CHECK_EQ_INT(ask(&json), -EAGAIN);
	CHECK_EQ_INT(json.len, 0);
	result = 0;
}

/* Bound by the personalization value, all 64 bytes of it; see kbs-wire.md 6. */
static void test_init_data(void)
{
	cleanup_buf struct buf json = BUF(1 << 16);
	struct digest d = { .alg = HASH_SHA256 };

	answer = good;
	CHECK_EQ_INT(attester_cca.init_data(&d), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
	d.alg = HASH_SHA512;
	memset(d.bytes, answer.personalization, sizeof(d.bytes));
	CHECK_EQ_INT(attester_cca.init_data(&d), 0);
	CHECK_EQ_INT(ask(&json), 0);
	answer.personalization ^= 1;
	CHECK_EQ_INT(ask(&json), -EACCES);
	CHECK_EQ_INT(json.len, 0);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	CHECK(strstr(failure()->text, "personalization"));
}

static const struct test tests[] = {
	{ "evidence", test_good },
	{ "what is not sent", test_refused },
	{ "init-data", test_init_data },
};

TEST_MAIN(tests)
