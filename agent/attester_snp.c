/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_snp.c - evidence of AMD SEV-SNP: a report, and the host's certificates
 *
 * The format is that of kbs-wire.md 4.3.  Certificates that are no use are left
 * out: the verifier can get them elsewhere.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "log.h"
#include "sev_guest.h"
#include "snp_report.h"
#include "svsm.h"
#include "tee_report.h"
#include "tsm.h"

static bool has_vtpm;

static bool probe(void)
{
	return access("/sys/devices/platform/sev-guest", F_OK) == 0 ||
	       access(SEV_GUEST_DEVICE, F_OK) == 0;
}

static int owns_measurer(void)
{
	int r = svsm_owns_tpm();

	has_vtpm = r > 0;
	return r;
}

static const char *remark(void)
{
	return has_vtpm ? "vTPM of the SVSM, EK in the report" : NULL;
}

/* Without configfs-tsm there is the device; with it that is the same driver. */
static int get_report(const struct tsm_request *q, struct tsm_report *t)
{
	int r = tsm_report(q, t);

	if (r != -ENODEV || failure()->code == CODE_TEE_MISMATCH ||
	    access(SEV_GUEST_DEVICE, F_OK) < 0)
		return r;
	log_debug("%s; using " SEV_GUEST_DEVICE, failure()->text);
	failure_clear();
	return sev_guest_report(SEV_GUEST_DEVICE, q->data, &t->out, &t->aux);
}

static int check_report(const struct snp_report *s, const uint8_t *data)
{
	const struct tee_report t = {
		.name = "the SNP report",
		.data = s->report_data,
		.flaw = snp_debug(s) ? "the policy allows debugging: the host "
			"can read the memory" : NULL,
		.field = s->host_data,
		.field_len = sizeof(s->host_data),
		.field_name = "HOSTDATA",
	};

	/* Trustee takes VMPL 0 alone; its log is where it would say so. */
	if (s->vmpl != 0)
		log_warn("the SNP report is of VMPL %u, but KBSs want 0",
			 s->vmpl);
	return tee_report_check(&t, data);
}

static void put_certs(const struct buf *table, struct buf *ret)
{
	struct snp_certs certs;
	struct reason why;

	if (snp_certs_parse(table->data, table->len, &certs, &why) < 0) {
		log_warn("no certificates are sent: %s", why.text);
		certs.count = 0;
	}
	snp_certs_json(&certs, ret);
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	struct tsm_request q = { .provider = "sev_guest" };
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct snp_report s;
	struct reason why;
	int r;

	/* kbs-wire.md 2.3: the digest, then zeros. */
	memcpy(q.data, report_data->bytes, hash_len(report_data->alg));
	r = get_report(&q, &t);
	if (r < 0)
		return r;
	r = snp_report_parse(t.out.data, t.out.len, &s, &why);
	if (r < 0)
		return fail_reason(r, &why);
	r = check_report(&s, q.data);
	if (r < 0)
		return r;
	buf_str(ret, "{\"attestation_report\":");
	snp_report_json(&s, ret);
	buf_str(ret, ",\"cert_chain\":");
	put_certs(&t.aux, ret);
	buf_str(ret, "}");
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

const struct attester attester_snp = {
	.name = "snp",
	.hash = HASH_SHA384,
	.measurer = "pcr",
	.measurer_index = 15,
	.owns_measurer = owns_measurer,
	.nominal = 3,
	.trustworthy = 3,
	.probe = probe,
	.evidence = evidence,
	.init_data = tee_report_init_data,
	.flaw = tee_report_flaw,
	.remark = remark,
};
