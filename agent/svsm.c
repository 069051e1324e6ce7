/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "clock.h"
#include "crypto.h"
#include "log.h"
#include "secret.h"
#include "snp_report.h"
#include "svsm.h"
#include "tpm_ek.h"
#include "tsm.h"

#define VTPM_GUID	"c476f1eb-0123-45a5-9641-b4e7dde5bfe3"

/* 1 s, doubled each time: what is busy gets 3 s. */
#define TRIES		3
#define PAUSE_MS	1000

/* A report about the vTPM; -ENODEV without SVSM, -ENOTSUP without vTPM. */
static int ask(const uint8_t nonce[static TSM_DATA_LEN], struct tsm_report *ret)
{
	struct tsm_request q = {
		.provider = "sev_guest",
		.options = {
			{ "service_provider", "svsm" },
			{ "service_guid", VTPM_GUID },
			{ "service_manifest_version", "0" },
		},
	};
	int r;

	memcpy(q.data, nonce, TSM_DATA_LEN);
	r = tsm_report(&q, ret);
	if (r == -ENOENT)
		return fail(-ENODEV, CODE_NO_TEE,
			    "configfs-tsm shows no service attributes");
	/* So the kernel has it when the SVSM does not know the service. */
	if (r == -EINVAL)
		return fail(-ENOTSUP, CODE_MEASURE, "the SVSM has no vTPM, so the "
			    "TPM is the host's");
	return r;
}

static int check_report(const struct tsm_report *t,
			const uint8_t nonce[static TSM_DATA_LEN])
{
	cleanup_buf struct buf told = BUF(TSM_DATA_LEN + TSM_BLOB_MAX);
	struct snp_report s;
	struct reason why = { 0 };
	struct digest want;
	int r;

	r = snp_report_parse(t->out.data, t->out.len, &s, &why);
	if (r < 0)
		return fail_reason(r, &why);
	buf_add(&told, nonce, TSM_DATA_LEN);
	buf_add(&told, t->manifest.data, t->manifest.len);
	r = buf_error(&told);
	if (r == 0)
		r = hash(HASH_SHA512, told.data, told.len, &want);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot hash the SVSM's manifest");
	if (!equal_ct(s.report_data, want.bytes, SNP_REPORT_DATA_LEN))
		return fail(-EAGAIN, CODE_NO_TEE,
			    "the SVSM's report does not vouch for its manifest");
	if (s.vmpl != 0)
		return fail(-EACCES, CODE_NO_TEE, "the report on the vTPM is of "
			    "VMPL %u, not of an SVSM at VMPL 0", s.vmpl);
	return 0;
}

static int check_tpm(const struct buf *manifest)
{
	cleanup_tpm struct tpm *t = NULL;
	int r = tpm_open(NULL, CODE_MEASURE, &t);

	return r < 0 ? r : tpm_ek_prove(t, manifest->data, manifest->len);
}

static int check_once(void)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	uint8_t nonce[TSM_DATA_LEN];
	int r = random_bytes(nonce, sizeof(nonce));

	if (r < 0)
		return fail(r, CODE_ENTROPY, "no random numbers");
	r = ask(nonce, &t);
	if (r == 0)
		r = check_report(&t, nonce);
	return r < 0 ? r : check_tpm(&t.manifest);
}

int svsm_owns_tpm(void)
{
	unsigned i;
	int r = -EAGAIN;

	if (!tpm_present())
		return 0;
	for (i = 0; i < TRIES && r == -EAGAIN; i++) {
		if (i > 0)
			clock_pause(PAUSE_MS << (i - 1));
		r = check_once();
	}
	if (r == 0)
		return 1;
	/* Not by ask(): what else may be missing is the TPM. */
	if (r != -ENODEV || failure()->code != CODE_NO_TEE)
		return r;
	log_debug("no SVSM: %s", failure()->text);
	failure_clear();
	return 0;
}
