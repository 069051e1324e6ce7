/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=tpm_present,--wrap=tpm_open,--wrap=tpm_close,--wrap=tpm_close_ptr,--wrap=tpm_nv_read,--wrap=tpm_nv_store,--wrap=tpm_ak_find,--wrap=tpm_quote,--wrap=tpm_pcrs,--wrap=metadata_vcek,--wrap=metadata_td_quote,--wrap=nanosleep */
/* Evidence of Azure's two TEEs, whose vTPM does not do what it should. */
#include "az_fake.h"

static int ask_only(const struct attester *a)
{
	uint64_t version;

	return ask(a, 7, &version);
}

static void test_probe(void)
{
	reset(HCL_SNP);
	CHECK(attester_az_snp.probe() && !attester_az_tdx.probe());
	machine.type = HCL_TDX;
	CHECK(!attester_az_snp.probe() && attester_az_tdx.probe());
	machine.flip_at = 3;
	CHECK(!attester_az_tdx.probe());
	machine.absent = -ENODEV;
	CHECK(!attester_az_tdx.probe());
	CHECK_EQ_INT(machine.opened, 0);
	CHECK_EQ_INT(machine.stores, 0);
	CHECK_EQ_INT(failure()->code, CODE_NONE);
	reset(HCL_SNP);
}

static void test_renewed(void)
{
	static const enum hcl_type types[] = { HCL_SNP, HCL_TDX };
	uint64_t version = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct attester *a = reset(types[i]);

		CHECK_EQ_INT(a->prepare(), 0);
		CHECK_EQ_INT(machine.stores, 0);
		CHECK_EQ_INT(ask(a, 7, &version), 0);
		CHECK_EQ_INT(version, 2);
		/* The first of prepare(), two old ones, the new one. */
		CHECK_EQ_INT(machine.reads, 4);
		CHECK_EQ_INT(machine.stores, 1);
		CHECK_EQ_INT(machine.naps, 2);
		CHECK_EQ_STR(a->doubt(), NULL);
		CHECK_EQ_STR(a->flaw(), NULL);
		/* Another digest, another report. */
		CHECK_EQ_INT(ask(a, 8, &version), 0);
		CHECK_EQ_INT(machine.stores, 2);
		CHECK_EQ_INT(machine.user_data[DIGEST_LEN - 1], 8);
	}
	reset(HCL_SNP);
}

static void test_torn(void)
{
	const struct attester *a = reset(HCL_SNP);

	machine.torn = 4;
	CHECK_EQ_INT(a->prepare(), 0);
	a = reset(HCL_SNP);
	machine.torn = 5;
	CHECK_EQ_INT(a->prepare(), -EBADMSG);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	/* What failed once does not stand open; it can be done later. */
	CHECK_EQ_INT(machine.opened, 0);
	CHECK_EQ_INT(a->prepare(), 0);
	reset(HCL_SNP);
}

static void test_not_renewed(void)
{
	const struct attester *a = reset(HCL_TDX);

	machine.deaf = true;
	CHECK_EQ_INT(ask_only(a), -EAGAIN);
	CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
	CHECK_EQ_INT(machine.asked, 0);
	CHECK(machine.naps > 20);
	reset(HCL_SNP);
}

static void test_old_paravisor(void)
{
	const struct attester *a = reset(HCL_SNP);
	uint64_t version = 0;

	machine.no_user_data = true;
	CHECK_EQ_INT(ask(a, 7, &version), 0);
	CHECK_EQ_INT(version, 1);
	CHECK_EQ_INT(machine.naps, 0);
	CHECK(a->doubt());
	/* There is nothing older. */
	CHECK(!a->older());
	CHECK(!a->older());
	reset(HCL_SNP);
}

/* All that is found here is found before the metadata service is asked. */
static void test_mismatches(void)
{
	static const struct {
		const char *name;
		enum hcl_type type;
		size_t flip_at;
		uint8_t ak;
		int want;
		enum code code;
	} cases[] = {
		{ "claims", HCL_SNP, CLAIMS_AT + 40, AK_BYTE, -EBADMSG, CODE_NO_TEE },
		{ "SNP data", HCL_SNP, SNP_DATA_AT, AK_BYTE, -EBADMSG, CODE_NO_TEE },
		{ "SNP data, last", HCL_SNP, SNP_DATA_AT + 63, AK_BYTE, -EBADMSG,
		  CODE_NO_TEE },
		{ "TD data", HCL_TDX, TD_DATA_AT, AK_BYTE, -EBADMSG, CODE_NO_TEE },
		{ "VMPL", HCL_SNP, SNP_VMPL_AT, AK_BYTE, -EBADMSG, CODE_NO_TEE },
		{ "VMPL, high", HCL_SNP, SNP_VMPL_AT + 3, AK_BYTE, -EBADMSG,
		  CODE_NO_TEE },
		{ "AK", HCL_SNP, 0, AK_BYTE ^ 1, -EBADMSG, CODE_NO_TEE },
		{ "magic", HCL_TDX, 0x03, AK_BYTE, -EBADMSG, CODE_NO_TEE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct attester *a = reset(cases[i].type);

		CASE(cases[i].name);
		machine.flip_at = cases[i].flip_at;
		machine.ak_byte = cases[i].ak;
		CHECK_EQ_INT(a->prepare(), cases[i].want);
		CHECK_EQ_INT(failure()->code, cases[i].code);
		CHECK_EQ_INT(ask_only(a), cases[i].want);
		CHECK_EQ_INT(machine.asked + machine.stores, 0);
	}
	CASE("of the other TEE");
	reset(HCL_TDX);
	CHECK_EQ_INT(attester_az_snp.prepare(), -EACCES);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	reset(HCL_SNP);
	CHECK_EQ_INT(attester_az_tdx.prepare(), -EACCES);
	CASE("TD quote about another report");
	reset(HCL_TDX);
	machine.flip_quote = true;
	CHECK_EQ_INT(ask_only(&attester_az_tdx), -EBADMSG);
	CASE("no TD quote");
	reset(HCL_TDX);
	buf_str(&machine.vcek, "DER");
	CHECK_EQ_INT(ask_only(&attester_az_tdx), -EBADMSG);
	reset(HCL_SNP);
}

static void test_debug(void)
{
	const struct attester *a = reset(HCL_SNP);

	machine.flip_at = SNP_POLICY_AT + 2;		/* bits 16 to 23 */
	CHECK_EQ_INT(ask_only(a), 0);
	CHECK_EQ_STR(a->flaw(), NULL);
	a = reset(HCL_TDX);
	machine.flip_at = TD_ATTRIBUTES_AT;
	CHECK_EQ_INT(ask_only(a), 0);
	CHECK(a->flaw());
	reset(HCL_SNP);
}

static void test_errors(void)
{
	static const size_t places[] = {
		offsetof(typeof(machine), absent), offsetof(typeof(machine), no_ak),
		offsetof(typeof(machine), no_store),
		offsetof(typeof(machine), no_quote),
		offsetof(typeof(machine), no_metadata),
	};
	const struct attester *a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		a = reset(HCL_SNP);
		*(int *)(void *)((char *)&machine + places[i]) = -EAGAIN;
		CHECK_EQ_INT(ask_only(a), -EAGAIN);
		CHECK_EQ_INT(failure()->code, CODE_NO_TEE);
		/* The next try has another machine below it. */
		*(int *)(void *)((char *)&machine + places[i]) = 0;
		CHECK_EQ_INT(ask_only(a), 0);
	}
	reset(HCL_SNP);
}

static void test_init_data(void)
{
	const struct attester *a = reset(HCL_SNP);
	uint8_t both[2 * TPM_PCR_LEN] = { 0 };
	struct digest d = { .alg = HASH_SHA256, .bytes = { 1 } };
	struct digest pcr = { .alg = HASH_SHA256 };

	memcpy(both + TPM_PCR_LEN, d.bytes, TPM_PCR_LEN);
	CHECK(hash(HASH_SHA256, both, sizeof(both), &pcr) == 0);
	memcpy(machine.pcrs.value[8], pcr.bytes, TPM_PCR_LEN);
	CHECK_EQ_INT(a->init_data(&d), 0);
	d.bytes[31] ^= 1;
	CHECK_EQ_INT(a->init_data(&d), -EACCES);
	CHECK_EQ_INT(failure()->code, CODE_TEE_MISMATCH);
	d.alg = HASH_SHA384;
	CHECK_EQ_INT(attester_az_snp.init_data(&d), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
	reset(HCL_SNP);
}

static const struct test tests[] = {
	{ "probe", test_probe },
	{ "a renewed report", test_renewed },
	{ "a torn report", test_torn },
	{ "no renewed report", test_not_renewed },
	{ "an old paravisor", test_old_paravisor },
	{ "mismatches", test_mismatches },
	{ "debug", test_debug },
	{ "errors below", test_errors },
	{ "init-data", test_init_data },
};
TEST_MAIN(tests)
