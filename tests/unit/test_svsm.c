/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vTPM of an SVSM: kernel and TPM below are functions; and what becomes of
 * the register. */
/* LDFLAGS: -Wl,--wrap=tsm_report,--wrap=tpm_present,--wrap=tpm_open,--wrap=tpm_ek_prove,--wrap=nanosleep */
#include <time.h>

#include "attester.h"
#include "log.h"
#include "measure.h"
#include "snp_report.h"
#include "svsm.h"
#include "test.h"
#include "tpm_ek.h"
#include "tsm.h"

extern const struct attester attester_snp;

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret);
bool __wrap_tpm_present(void);
int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret);
int __wrap_tpm_ek_prove(struct tpm *t, const uint8_t *public, size_t len);
int __wrap_nanosleep(const struct timespec *t, struct timespec *left);

/* All zero: there is an SVSM, and the TPM is its own. */
static struct machine {
	bool no_tpm, cut;
	int tsm_error, tpm_error, ek_error;
	enum code code;			/* of tsm_error */
	unsigned passes;		/* the error goes after as many requests */
	uint8_t flip_data, flip_manifest, vmpl;
	/* And what was seen. */
	unsigned asked, proved;
	uint8_t nonce[TSM_DATA_LEN];
} machine;

static void put_report(const struct tsm_request *q, struct tsm_report *ret)
{
	uint8_t raw[SNP_REPORT_LEN] = { [0] = 3, [0x188] = 0x19 };
	cleanup_buf struct buf b = BUF(256);
	struct digest d = { .alg = HASH_SHA512 };

	buf_str(&ret->manifest, "public");
	buf_add(&b, q->data, sizeof(q->data));
	buf_add(&b, ret->manifest.data, ret->manifest.len);
	CHECK(hash(HASH_SHA512, b.data, b.len, &d) == 0);
	memcpy(raw + 0x50, d.bytes, 64);
	raw[0x50] ^= machine.flip_data;
	raw[0x30] = machine.vmpl;
	raw[0x2a0] = 1;
	buf_add(&ret->out, raw, sizeof(raw) - machine.cut);
	ret->manifest.data[0] ^= machine.flip_manifest;
}

int __wrap_tsm_report(const struct tsm_request *q, struct tsm_report *ret)
{
	static const char *const wanted[][2] = {
		{ "service_provider", "svsm" },
		{ "service_guid", "c476f1eb-0123-45a5-9641-b4e7dde5bfe3" },
		{ "service_manifest_version", "0" },
	};
	size_t i;

	CHECK_EQ_STR(q->provider, "sev_guest");
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		CHECK_EQ_STR(q->options[i].name, wanted[i][0]);
		CHECK_EQ_STR(q->options[i].value, wanted[i][1]);
	}
	CHECK(!q->options[i].name);
	/* Nobody can know the nonce before, or use an answer twice. */
	CHECK(memcmp(machine.nonce, q->data, sizeof(q->data)) != 0);
	memcpy(machine.nonce, q->data, sizeof(q->data));
	machine.asked++;
	if (machine.tsm_error && (!machine.passes ||
				  machine.asked <= machine.passes))
		return fail(machine.tsm_error, machine.code, "no report");
	put_report(q, ret);
	return 0;
}

bool __wrap_tpm_present(void)
{
	return !machine.no_tpm;
}

int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret)
{
	CHECK(!device && code == CODE_MEASURE);
	*ret = NULL;
	return machine.tpm_error ? fail(machine.tpm_error, code, "no TPM") : 0;
}

int __wrap_tpm_ek_prove(struct tpm *t, const uint8_t *public, size_t len)
{
	(void)t;
	machine.proved++;
	CHECK(len == 6 && memcmp(public, "public", 6) == 0);
	return machine.ek_error ? fail(machine.ek_error, CODE_MEASURE, "other") :
				  0;
}

int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	return 0;
}

/* What each machine gives; and for the register, by itself and pinned. */
static const struct {
	const char *name;
	struct machine machine;
	int r;
	enum code code;
	unsigned asked;
	int by_itself, pinned;		/* 1: PCR 15, 0: no register */
} cases[] = {
	{ "its own", { .asked = 0 }, 1, CODE_NONE, 1, 1, 1 },
	{ "no TPM", { .no_tpm = true }, 0, CODE_NONE, 0, 0, -ENODEV },
	{ "no SVSM", { .tsm_error = -ENOENT, .code = CODE_NO_TEE }, 0, CODE_NONE,
	  1, 0, 1 },
	{ "no configfs", { .tsm_error = -ENODEV, .code = CODE_NO_TEE }, 0,
	  CODE_NONE, 1, 0, 1 },
	{ "another provider", { .tsm_error = -ENODEV,
				.code = CODE_TEE_MISMATCH }, -ENODEV,
	  CODE_TEE_MISMATCH, 1, -ENODEV, -ENODEV },
	{ "no vTPM", { .tsm_error = -EINVAL, .code = CODE_NO_TEE }, -ENOTSUP,
	  CODE_MEASURE, 1, 0, -ENOTSUP },
	{ "VMPCK gone", { .tsm_error = -ENOTTY, .code = CODE_NO_TEE }, -ENOTTY,
	  CODE_NO_TEE, 1, -ENOTTY, -ENOTTY },
	{ "busy", { .tsm_error = -EAGAIN, .code = CODE_NO_TEE }, -EAGAIN,
	  CODE_NO_TEE, 3, -EAGAIN, -EAGAIN },
	{ "busy once", { .tsm_error = -EAGAIN, .passes = 1 }, 1, CODE_NONE, 2, 1,
	  1 },
	{ "no report", { .cut = true }, -EBADMSG, CODE_NO_TEE, 1, -EBADMSG,
	  -EBADMSG },
	{ "another nonce", { .flip_data = 1 }, -EAGAIN, CODE_NO_TEE, 3, -EAGAIN,
	  -EAGAIN },
	{ "another manifest", { .flip_manifest = 1 }, -EAGAIN, CODE_NO_TEE, 3,
	  -EAGAIN, -EAGAIN },
	{ "VMPL 1", { .vmpl = 1 }, -EACCES, CODE_NO_TEE, 1, -EACCES, -EACCES },
	{ "another EK", { .ek_error = -EACCES }, -EACCES, CODE_MEASURE, 1,
	  -EACCES, -EACCES },
	{ "a TPM that knows no handle", { .ek_error = -ENOENT }, -ENOENT,
	  CODE_MEASURE, 1, -ENOENT, -ENOENT },
	{ "a TPM that went", { .tpm_error = -ENODEV }, -ENODEV, CODE_MEASURE, 1,
	  -ENODEV, -ENODEV },
};

static void test_owner(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].name);
		machine = cases[i].machine;
		failure_clear();
		CHECK_EQ_INT(svsm_owns_tpm(), cases[i].r);
		CHECK_EQ_INT(failure()->code, cases[i].code);
		CHECK_EQ_INT(machine.asked, cases[i].asked);
		/* A TPM is believed after the report only. */
		CHECK(cases[i].r != 1 || machine.proved == 1);
		CHECK(!(machine.flip_manifest || machine.vmpl || machine.cut) ||
		      !machine.proved);
	}
}

static void check_register(const struct machine *m, const char *kind, int want)
{
	const struct config_measure required = { .required = true, .index = 15 };
	const struct config_measure optional = { .index = 15 };
	struct config_measure c = want == 0 ? optional : required;
	static struct measure found;
	int r;

	machine = *m;
	(void)snprintf(c.kind, sizeof(c.kind), "%s", kind);
	failure_clear();
	r = measure_setup(&c, &attester_snp, &found);
	CHECK_EQ_INT(r, want < 0 ? want : 0);
	CHECK_EQ_INT(r == 0 && found.measurer != NULL, want == 1);
	CHECK(want != 1 || (strcmp(found.measurer->name, "pcr") == 0 &&
			    found.index == 15));
	CHECK((failure()->code != CODE_NONE) == (want < 0));
}

static void test_register(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].name);
		check_register(&cases[i].machine, "auto", cases[i].by_itself);
		check_register(&cases[i].machine, "pcr", cases[i].pinned);
		check_register(&cases[i].machine, "none", 0);
		/* A word in the report where it is the vTPM, and only there. */
		machine = cases[i].machine;
		CHECK_EQ_INT(attester_snp.owns_measurer(), cases[i].r);
		CHECK((attester_snp.remark() != NULL) == (cases[i].r == 1));
	}
}

static const struct test tests[] = {
	{ "whose TPM it is", test_owner },
	{ "the register", test_register },
};
TEST_MAIN(tests)
