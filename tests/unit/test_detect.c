/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attester.h"
#include "detect.h"
#include "log.h"
#include "test.h"

#define HYPERVISOR	(UINT32_C(1) << 31)
#define ISOLATION	(UINT32_C(1) << 22)
#define ROOT		(UINT32_C(1) << 12)

/* A machine, as far as it is looked at. */
struct facts {
	const char *name;
	const char *vendor;		/* NULL: no CPUID */
	uint32_t leaves;		/* the highest basic leaf */
	bool metal;
	const char *tdx;		/* leaf 0x21 */
	bool sev_leaf, sev_bit;
	bool has_msr;
	uint64_t msr;
	const char *hypervisor;
	uint32_t hv_max, hv_features, hv_isolation;
	const char *paths[2];
	const char *want;
};

static const struct facts *now;

static uint32_t word(const char *text, size_t i)
{
	uint32_t w;

	memcpy(&w, text + 4 * i, 4);
	return w;
}

static bool fake_cpuid(uint32_t leaf, uint32_t subleaf, struct cpuid *ret)
{
	CHECK_EQ_INT(subleaf, 0);
	*ret = (struct cpuid){ 0 };
	if (!now->vendor)
		return false;
	if (leaf == 0)
		*ret = (struct cpuid){ now->leaves, word(now->vendor, 0),
				       word(now->vendor, 2), word(now->vendor, 1) };
	else if (leaf == 1)
		ret->ecx = now->metal ? 0 : HYPERVISOR;
	else if (leaf == 0x21 && now->tdx)
		*ret = (struct cpuid){ 0, word(now->tdx, 0), word(now->tdx, 2),
				       word(now->tdx, 1) };
	else if (leaf == 0x80000000)
		ret->eax = now->sev_leaf ? 0x8000001f : 0x80000008;
	else if (leaf == 0x8000001f)
		ret->eax = now->sev_bit ? 2 : 0;
	else if (leaf == 0x40000000 && now->hypervisor)
		*ret = (struct cpuid){ now->hv_max, word(now->hypervisor, 0),
				       word(now->hypervisor, 1),
				       word(now->hypervisor, 2) };
	else if (leaf == 0x40000003)
		ret->ebx = now->hv_features;
	else if (leaf == 0x4000000c)
		ret->ebx = now->hv_isolation;
	return true;
}

static bool fake_msr(uint32_t number, uint64_t *ret)
{
	CHECK_EQ_INT(number, 0xc0010131);
	*ret = now->msr;
	return now->has_msr;
}

static bool fake_exists(const char *path)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(now->paths); i++)
		if (now->paths[i] && strcmp(now->paths[i], path) == 0)
			return true;
	return false;
}

static bool fake_reads(const char *path, const char *text)
{
	return strcmp(text, "1") == 0 && fake_exists(path);
}

static const struct machine fake = {
	fake_cpuid, fake_msr, fake_exists, fake_reads
};

#define INTEL		.vendor = "GenuineIntel", .leaves = 0x21
#define AMD		.vendor = "AuthenticAMD", .leaves = 0x10, \
			.sev_leaf = true, .sev_bit = true
#define HYPERV		.hypervisor = "Microsoft Hv", .hv_max = 0x4000000c
#define TPM		.paths = { "/dev/tpmrm0" }, .want = "tpm"

static const struct facts cases[] = {
	{ .name = "nothing" },
	{ "TPM", TPM },
	{ "TPM without manager", .paths = { "/dev/tpm0" }, .want = "tpm" },
	{ "plain VM", INTEL, TPM },
	{ "TDX", INTEL, .tdx = "IntelTDX    ", .want = "tdx" },
	{ "TDX with a TPM", INTEL, .tdx = "IntelTDX    ",
	  .paths = { "/dev/tpmrm0" }, .want = "tdx" },
	{ "TDX host", INTEL, .metal = true, .tdx = "IntelTDX    " },
	{ "not quite TDX", INTEL, .tdx = "IntelTDX\0   " },
	{ "no leaf 0x21", .vendor = "GenuineIntel", .leaves = 0x20,
	  .tdx = "IntelTDX    " },
	{ "SNP", AMD, .has_msr = true, .msr = 7, .want = "snp" },
	{ "SEV-ES", AMD, .has_msr = true, .msr = 3, .want = "sev" },
	{ "SEV", AMD, .has_msr = true, .msr = 1, .want = "sev" },
	{ "SEV-capable guest", AMD, .has_msr = true, TPM },
	{ "AMD host", AMD, .metal = true, .has_msr = true, .msr = 7 },
	{ "SNP without msr, vmpl", AMD,
	  .paths = { "/sys/devices/system/cpu/sev/vmpl" }, .want = "snp" },
	{ "SNP without msr, device", AMD,
	  .paths = { "/sys/devices/platform/sev-guest" }, .want = "snp" },
	{ "AMD without msr", AMD },
	{ "AMD without the bit", .vendor = "AuthenticAMD", .sev_leaf = true,
	  .has_msr = true, .msr = 7 },
	{ "AMD without the leaf", .vendor = "AuthenticAMD", .sev_bit = true,
	  .has_msr = true, .msr = 7 },
	{ "the MSR of an Intel CPU", .vendor = "GenuineIntel", .sev_leaf = true,
	  .sev_bit = true, .has_msr = true, .msr = 7 },
	{ "Azure SNP", AMD, HYPERV, .hv_features = ISOLATION,
	  .hv_isolation = 0xf2, .want = "az-snp-vtpm" },
	{ "Azure TDX", INTEL, HYPERV, .hv_features = ISOLATION,
	  .hv_isolation = 3, .paths = { "/dev/tpmrm0" }, .want = "az-tdx-vtpm" },
	{ "Hyper-V, VBS", INTEL, HYPERV, .hv_features = ISOLATION,
	  .hv_isolation = 1, TPM },
	{ "Hyper-V, root partition", INTEL, HYPERV,
	  .hv_features = ISOLATION | ROOT, .hv_isolation = 3 },
	{ "Hyper-V, no isolation", INTEL, HYPERV, .hv_isolation = 3 },
	{ "old Hyper-V", INTEL, .hypervisor = "Microsoft Hv",
	  .hv_max = 0x40000005, .hv_features = ISOLATION, .hv_isolation = 3 },
	{ "Hyper-V out of range", INTEL, .hypervisor = "Microsoft Hv",
	  .hv_max = 0x40010000, .hv_features = ISOLATION, .hv_isolation = 3 },
	{ "KVM", INTEL, .hypervisor = "KVMKVMKVM\0\0\0", .hv_max = 0x4000000c,
	  .hv_features = ISOLATION, .hv_isolation = 3 },
	{ "Hygon CSV", .vendor = "HygonGenuine", .sev_leaf = true,
	  .sev_bit = true, .has_msr = true, .msr = 3,
	  .paths = { "/dev/csv-guest" }, .want = "csv" },
	{ "Hygon, no device", .vendor = "HygonGenuine", .sev_leaf = true,
	  .sev_bit = true, .has_msr = true, .msr = 3 },
	{ "CSV device of another CPU", INTEL, .paths = { "/dev/csv-guest" } },
	{ "CCA", .paths = { "/sys/devices/platform/arm-cca-dev" }, .want = "cca" },
	{ "SE", .paths = { "/sys/firmware/uv/prot_virt_guest" }, .want = "se" },
};

static void test_tee(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].name);
		now = &cases[i];
		CHECK_EQ_STR(detect_tee(&fake), cases[i].want);
	}
}

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

static const struct attester tdx = { .name = "tdx", .probe = yes };
static const struct attester tdx_gone = { .name = "tdx", .probe = no };
static const struct attester snp = { .name = "snp", .probe = yes };
static const struct attester tpm = { .name = "tpm", .probe = yes };
static const struct attester tpm_gone = { .name = "tpm", .probe = no };
static const struct attester sample = {
	.name = "sample", .probe = yes, .only_by_name = true
};

static const struct facts on_tdx = { .vendor = "GenuineIntel", .leaves = 0x21,
				     .tdx = "IntelTDX    " };
static const struct facts on_snp = { .vendor = "AuthenticAMD", .sev_leaf = true,
				     .sev_bit = true, .has_msr = true, .msr = 4 };
static const struct facts on_nothing = { 0 };
static const struct facts on_tpm = { .paths = { "/dev/tpm0" } };

static void test_choose(void)
{
	static const struct {
		const char *name;
		const struct facts *facts;
		const struct attester *table[4];
		const char *tee, *want;
		enum code code;
	} choices[] = {
		{ "pinned", &on_tdx, { &tdx, &snp }, "tdx", "tdx", CODE_NONE },
		{ "pinned, nothing says no", &on_nothing, { &tdx }, "tdx", "tdx",
		  CODE_NONE },
		{ "pinned, there is a TPM", &on_tpm, { &tpm, &tdx }, "tdx", "tdx",
		  CODE_NONE },
		{ "contradiction", &on_snp, { &tdx, &snp }, "tdx", NULL,
		  CODE_TEE_MISMATCH },
		{ "contradiction the other way", &on_tdx, { &tdx, &snp }, "snp",
		  NULL, CODE_TEE_MISMATCH },
		{ "absence", &on_nothing, { &tdx_gone, &tpm }, "tdx", NULL,
		  CODE_NO_TEE },
		{ "absence of the device", &on_tdx, { &tdx_gone, &tpm }, "tdx",
		  NULL, CODE_NO_TEE },
		{ "not in this version", &on_nothing, { &tdx }, "snp", NULL,
		  CODE_NO_TEE },
		{ "a TPM in a TD", &on_tdx, { &tdx, &tpm }, "tpm", "tpm",
		  CODE_NONE },
		{ "no TPM in a TD", &on_tdx, { &tdx, &tpm_gone }, "tpm", NULL,
		  CODE_NO_TEE },
		{ "auto", &on_snp, { &tdx, &snp }, "auto", "snp", CODE_NONE },
		{ "auto, only devices", &on_nothing, { &tdx_gone, &snp }, "auto",
		  "snp", CODE_NONE },
		{ "auto, TPM", &on_tpm, { &tdx_gone, &tpm }, "auto", "tpm",
		  CODE_NONE },
		{ "auto, simulated TEE and TPM", &on_tpm, { &tdx, &tpm }, "auto",
		  "tdx", CODE_NONE },
		{ "auto never falls to a TPM in a TD", &on_tdx,
		  { &tdx_gone, &tpm }, "auto", NULL, CODE_NO_TEE },
		{ "auto, unknown TEE", &on_snp, { &tdx, &tpm }, "auto", NULL,
		  CODE_NO_TEE },
		{ "auto never ends in sample", &on_nothing,
		  { &sample, &tdx_gone, &tpm_gone }, "auto", NULL, CODE_NO_TEE },
		{ "sample by name", &on_nothing, { &sample }, "sample", "sample",
		  CODE_NONE },
		{ "sample by name, anywhere", &on_snp, { &sample }, "sample",
		  "sample", CODE_NONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(choices); i++) {
		const struct attester *a = NULL;
		int r;

		CASE(choices[i].name);
		now = choices[i].facts;
		failure_clear();
		r = detect_choose(&fake, choices[i].table, choices[i].tee, &a);
		CHECK_EQ_INT(r, choices[i].want ? 0 : -ENODEV);
		CHECK_EQ_STR(a ? a->name : NULL, choices[i].want);
		CHECK_EQ_INT(failure()->code, choices[i].code);
	}
}

/* Whatever this is, looking at it does no harm. */
static void test_this(void)
{
	const char *seen = detect_tee(&this_machine);

	printf("# this machine looks like %s\n", seen ? seen : "nothing");
}

static const struct test tests[] = {
	{ "machines", test_tee },
	{ "the choice", test_choose },
	{ "this machine", test_this },
};

TEST_MAIN(tests)
