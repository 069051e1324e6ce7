/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=tpm_present,--wrap=tpm_open,--wrap=tpm_close,--wrap=tpm_close_ptr,--wrap=tpm_nv_read,--wrap=tpm_nv_store,--wrap=tpm_ak_find,--wrap=tpm_quote,--wrap=tpm_pcrs,--wrap=metadata_vcek,--wrap=metadata_td_quote,--wrap=nanosleep */
/*
 * Both versions of Azure's evidence: which comes when, and what real machines sent.
 * Whose turn it is is kept as long as the program runs.
 */
#include "az_fake.h"
#include "third_party.h"

/* Refused: version 1 at once, and then each in its turn. */
static void test_older(void)
{
	const struct attester *a = reset(HCL_SNP);
	uint64_t version = 0;
	unsigned i;

	CHECK_EQ_INT(ask(a, 7, &version), 0);
	CHECK_EQ_INT(version, 2);
	CHECK(a->older());
	for (i = 0; i < 4; i++) {
		CHECK_EQ_INT(ask(a, 7, &version), 0);
		CHECK_EQ_INT(version, i % 2 ? 2 : 1);
		CHECK(!a->doubt() == (version == 2));
		CHECK(!a->older());
	}
	/* Version 1 has no need of a new report. */
	CHECK_EQ_INT(machine.stores, 3);
	reset(HCL_SNP);
}

/* The policy of SNP; for TDX see test_attester_az.c. */
static void test_debug(void)
{
	const struct attester *a = reset(HCL_SNP);
	uint64_t version = 0;

	CHECK_EQ_STR(a->flaw(), NULL);
	machine.flip_at = SNP_POLICY_AT + 2;
	machine.flip = 1 << 3;
	CHECK_EQ_INT(ask(a, 7, &version), 0);
	CHECK(a->flaw());
	reset(HCL_SNP);
}

static bool hex_member(const struct vector *v, const char *place, uint8_t *out,
		       size_t size, size_t *ret_len)
{
	cleanup_text char *text = vector_string(v, place);

	*ret_len = text ? strlen(text) / 2 : 0;
	return text && *ret_len <= size &&
	       hex_decode(text, 2 * *ret_len, out, *ret_len) == 0;
}

static bool b64_member(const struct vector *v, const char *place,
		       struct buf *ret)
{
	cleanup_text char *text = vector_string(v, place);
	uint8_t bytes[OUT_MAX];
	size_t len;

	if (!text || b64_decode(text, strlen(text), B64_URL, bytes,
				sizeof(bytes), &len) < 0)
		return false;
	buf_add(ret, bytes, len);
	return buf_error(ret) == 0;
}

static bool pcr_members(const struct vector *v, struct tpm_pcrs *ret)
{
	const struct json_token *list = vector_at(v, "tpm_quote/pcrs"), *t;
	size_t i = 0;

	for (t = json_first(&v->json, list); t && i < TPM_PCR_COUNT;
	     t = json_next(&v->json, list, t), i++)
		if (hex_decode(v->json.text + t->start, t->end - t->start,
			       ret->value[i], TPM_PCR_LEN) < 0)
			return false;
	return i == TPM_PCR_COUNT && !t;
}

/* The machine has all that is in V, but puts it together anew. */
static bool play(const struct vector *v, const char *member)
{
	uint8_t *rsa = machine.quote.signature + TPM_SIGNATURE_RSA_AT;
	size_t len;

	return CHECK(b64_member(v, "hcl_report", &machine.recorded)) &&
	       CHECK(b64_member(v, member, &machine.vcek)) &&
	       CHECK(hex_member(v, "tpm_quote/signature", rsa, TPM_RSA_LEN, &len)) &&
	       CHECK_EQ_INT(len, TPM_RSA_LEN) &&
	       CHECK(hex_member(v, "tpm_quote/message", machine.quote.message,
				TPM_ATTEST_MAX, &machine.quote.message_len)) &&
	       CHECK(pcr_members(v, &machine.quote.pcrs));
}

/*
 * All members but the TD quote are the same, and that without its padding, which
 * is not sent.
 */
static void same(const struct attester *a, const struct digest *d,
		 const struct vector *want)
{
	cleanup_vector struct vector got = { .text = BUF(OUT_MAX) };
	const struct json_token *all, *key, *value;
	char name[32];

	machine.stored[0] = d->bytes[0];
	REQUIRE(a->evidence(d, &got.text) == 0);
	REQUIRE(json_parse(&got.json, (const char *)got.text.data, got.text.len,
			   CODE_INTERNAL, NULL) == 0);
	all = json_root(&want->json);
	CHECK_EQ_INT(json_root(&got.json)->count, all->count);
	for (key = json_first(&want->json, all); key;
	     key = json_next(&want->json, all, value)) {
		value = json_next(&want->json, all, key);
		REQUIRE(json_copy(&want->json, key, name, sizeof(name)));
		CASE(name);
		if (strcmp(name, "td_quote") == 0) {
			cleanup_buf struct buf sent = BUF(OUT_MAX);

			CHECK(b64_member(&got, name, &sent));
			CHECK_EQ_INT(sent.len, 4936);
			CHECK_EQ_MEM(sent.data, machine.vcek.data, sent.len);
			continue;
		}
		CHECK(vector_same(&got.json, vector_at(&got, name), &want->json,
				  value));
	}
}

static void run_recorded(const char *file, const char *member,
			 enum hcl_type type)
{
	const struct attester *a = reset(type);
	cleanup_vector struct vector v = VECTOR;
	struct digest d = digest(7);
	struct hcl_report h;

	buf_reset(&machine.vcek);
	REQUIRE(third_party_load(&v, file) && play(&v, member));
	REQUIRE(hcl_report_parse(machine.recorded.data, machine.recorded.len, &h,
				 NULL) == 0);
	/* That of version 2 is the answer to what is in it. */
	if (strstr(file, "-v2"))
		memcpy(d.bytes, h.user_data, DIGEST_LEN);
	same(a, &d, &v);
	reset(type);
}

/* Refusals, until it is the turn of VERSION. */
static void turn_to(uint64_t version)
{
	const struct attester *a = reset(HCL_SNP);
	uint64_t got = 0;

	do {
		CHECK_EQ_INT(ask(a, 7, &got), 0);
		(void)a->older();
	} while (got == version);
}

static void test_recorded(void)
{
	if (!third_party_there())
		SKIP(THIRD_PARTY_MISSING);
	turn_to(2);
	run_recorded("az-snp-vtpm/evidence-v2.json", "vcek", HCL_SNP);
	turn_to(1);
	run_recorded("az-snp-vtpm/evidence-v1.json", "vcek", HCL_SNP);
	run_recorded("az-tdx-vtpm/evidence-v1.json", "td_quote", HCL_TDX);
}

static const struct test tests[] = {
	{ "an older form", test_older },
	{ "debug", test_debug },
	{ "what real machines sent", test_recorded },
};
TEST_MAIN(tests)
