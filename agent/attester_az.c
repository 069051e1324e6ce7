/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_az.c - evidence of SEV-SNP and TDX on Azure, by way of its paravisor
 *
 * A quote of the vTPM, the HCL report that vouches for the quote's key, and what
 * only the metadata service has: the chip's certificate, or the TD quote made of
 * the TDREPORT (kbs-wire.md 4.6, 4.7).  The two TEEs differ in that last member
 * alone, hence two attesters in one file.
 *
 * The hardware's report is not made for us, so it is as old as it is.  Newer
 * paravisors make a new one for what the guest writes into an NV index: then it
 * holds our digest ("user data"), and that is version 2 of the evidence.  With
 * version 1 the nonce is in the vTPM's quote alone: no more than the AK's word,
 * which we therefore call untrustworthy.  KBSs up to v0.20 refuse version 2.
 *
 * Everything is compared here before it is sent: hash of the claims, privilege
 * level, AK, user data, and what the TD quote is about.
 */
#include <string.h>

#include "attester.h"
#include "buf.h"
#include "clock.h"
#include "encode.h"
#include "hcl_report.h"
#include "init_data.h"
#include "log.h"
#include "metadata.h"
#include "secret.h"
#include "tpm.h"

/* tee-abi.md 4.5. */
#define NV_REPORT	0x01400001
#define NV_USER_DATA	0x01400002
#define AK_HANDLE	0x81000003

/* A report that changes while it is read does not hang together. */
#define READ_TRIES	5

/* The paravisor makes a new report within some 3 s (tee-abi.md 4.5). */
#define RENEWAL_TRIES	60
#define PAUSE_MS	100

#define NEWEST		2

static const char *metadata_address;
static struct tpm *tpm;
static struct tpm_ak ak;
static const char *debug_flaw;

/* Which version is made next, if it can be; and which was sent last. */
static unsigned wanted = NEWEST, made;
static bool fell_back;

/* The report, with the bytes that it is a view of. */
struct report {
	struct buf bytes;
	struct hcl_report hcl;
};

#define REPORT			{ .bytes = BUF(HCL_REPORT_MAX) }
#define cleanup_report		cleanup(report_free)

static void report_free(struct report *p)
{
	buf_free(&p->bytes);
}

static void metadata(const char *address)
{
	metadata_address = address;
}

static bool probe(enum hcl_type type)
{
	cleanup_buf struct buf bytes = BUF(HCL_REPORT_MAX);
	cleanup_tpm struct tpm *t = NULL;
	bool found;

	found = tpm_present() && tpm_open(NULL, CODE_NO_TEE, &t) == 0 &&
		tpm_nv_read(t, NV_REPORT, &bytes) == 0 &&
		hcl_report_type(bytes.data, bytes.len) == type;
	failure_clear();
	return found;
}

static bool probe_snp(void)
{
	return probe(HCL_SNP);
}

static bool probe_tdx(void)
{
	return probe(HCL_TDX);
}

static int read_once(struct report *ret)
{
	struct reason why = { 0 };
	bool bound = false;
	int r;

	buf_reset(&ret->bytes);
	r = tpm_nv_read(tpm, NV_REPORT, &ret->bytes);
	if (r < 0)
		return r;
	r = hcl_report_parse(ret->bytes.data, ret->bytes.len, &ret->hcl, &why);
	if (r < 0 && why.code)
		return fail_reason(r, &why);
	if (r == 0)
		r = hcl_report_bound(&ret->hcl, &bound);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot check the HCL report");
	return bound ? 0 : fail(-EBADMSG, CODE_NO_TEE, "the hardware's report does "
				"not vouch for the claims beside it");
}

/* What the host could have put there instead must not get any further. */
static int check_report(const struct hcl_report *h, enum hcl_type type)
{
	bool snp = h->type == HCL_SNP;

	if (h->type != type)
		return fail(-EACCES, CODE_TEE_MISMATCH, "the HCL report is one of "
			    "%s", snp ? "SNP" : "TDX");
	if (snp && h->snp.vmpl != 0)
		return fail(-EBADMSG, CODE_NO_TEE, "the SNP report is of VMPL %u, "
			    "not of the paravisor's 0", (unsigned)h->snp.vmpl);
	if (!equal_ct(h->ak, ak.modulus, sizeof(h->ak)))
		return fail(-EBADMSG, CODE_NO_TEE, "the AK at 0x%08x is not the one "
			    "that the hardware vouches for", AK_HANDLE);
	if (snp ? snp_debug(&h->snp) : td_debug(&h->td.info))
		debug_flaw = "the host may debug this VM, and read its memory";
	return 0;
}

static int read_report(enum hcl_type type, struct report *ret)
{
	unsigned i;
	int r = -EBADMSG;

	for (i = 0; i < READ_TRIES && r == -EBADMSG; i++) {
		if (i)
			clock_pause(PAUSE_MS);
		r = read_once(ret);
	}
	return r < 0 ? r : check_report(&ret->hcl, type);
}

static int prepare(enum hcl_type type)
{
	cleanup_report struct report report = REPORT;
	int r;

	if (tpm)
		return 0;
	r = tpm_open(NULL, CODE_NO_TEE, &tpm);
	if (r == 0)
		r = tpm_ak_find(tpm, AK_HANDLE, &ak);
	if (r == 0)
		r = read_report(type, &report);
	if (r < 0) {
		tpm_close(tpm);
		tpm = NULL;
	}
	return r;
}

static int prepare_snp(void)
{
	return prepare(HCL_SNP);
}

static int prepare_tdx(void)
{
	return prepare(HCL_TDX);
}

static bool holds(const struct hcl_report *h, const struct digest *d)
{
	uint8_t want[HCL_USER_DATA_LEN] = { 0 };

	memcpy(want, d->bytes, hash_len(d->alg));
	return h->has_user_data &&
	       equal_ct(h->user_data, want, sizeof(want));
}

/*
 * Has the report hold D.  An old paravisor, whose claims have no user data, is
 * good for version 1.
 */
static int renew_report(enum hcl_type type, const struct digest *d,
			struct report *ret)
{
	unsigned i;
	int r;

	r = tpm_nv_store(tpm, NV_USER_DATA, d->bytes, hash_len(d->alg));
	if (r < 0)
		return r;
	for (i = 0; i < RENEWAL_TRIES; i++) {
		if (i)
			clock_pause(PAUSE_MS);
		r = read_report(type, ret);
		if (r < 0 || !ret->hcl.has_user_data || holds(&ret->hcl, d))
			return r;
	}
	return fail(-EAGAIN, CODE_NO_TEE, "the paravisor did not put our report "
		    "data into its report");
}

static int get_report(enum hcl_type type, const struct digest *d,
		      struct report *ret)
{
	int r = wanted < NEWEST ? read_report(type, ret) :
		renew_report(type, d, ret);

	if (r < 0)
		return r;
	made = wanted < NEWEST || !ret->hcl.has_user_data ? 1 : NEWEST;
	if (made < wanted)
		log_warn("the paravisor takes no report data; sending version 1 "
			 "of the evidence");
	return 0;
}

/* The quote must be about the report that is sent with it. */
static int check_td_quote(const struct hcl_report *h, struct buf *quote)
{
	struct reason why = { 0 };
	struct td_quote q;
	int r = td_quote_parse(quote->data, quote->len, &q, &why);

	if (r < 0)
		return fail_reason(r, &why);
	if (!equal_ct(q.report_data, h->report_data, TD_REPORT_DATA_LEN))
		return fail(-EBADMSG, CODE_NO_TEE, "the TD quote is not about the "
			    "TDREPORT that it was asked for");
	quote->len = q.len;
	return 0;
}

/* What only the metadata service has, as the last member of the evidence. */
static int put_rest(const struct hcl_report *h, struct buf *ret)
{
	cleanup_buf struct buf more = BUF(METADATA_QUOTE_MAX + 1);
	int r;

	if (h->type == HCL_SNP) {
		r = metadata_vcek(metadata_address, &more);
	} else {
		r = metadata_td_quote(metadata_address, h->hardware.p,
				      h->hardware.left, &more);
		if (r == 0)
			r = check_td_quote(h, &more);
	}
	if (r < 0)
		return r;
	buf_str(ret, h->type == HCL_SNP ? ",\"vcek\":\"" : ",\"td_quote\":\"");
	buf_b64(ret, more.data, more.len, B64_URL_PAD);
	buf_str(ret, "\"}");
	return 0;
}

static void put_quote(const struct tpm_quote *q, struct buf *ret)
{
	buf_str(ret, "\"tpm_quote\":{\"signature\":\"");
	buf_hex(ret, q->signature + TPM_SIGNATURE_RSA_AT, TPM_RSA_LEN);
	buf_str(ret, "\",\"message\":\"");
	buf_hex(ret, q->message, q->message_len);
	buf_str(ret, "\",\"pcrs\":");
	tpm_pcrs_json(&q->pcrs, ret);
	buf_str(ret, "}");
}

static int evidence(enum hcl_type type, const struct digest *report_data,
		    struct buf *ret)
{
	cleanup_report struct report report = REPORT;
	struct tpm_quote q;
	int r;

	/* It is open, unless it was busy when that was tried first. */
	r = prepare(type);
	if (r == 0)
		r = get_report(type, report_data, &report);
	if (r == 0)
		r = tpm_quote(tpm, &ak, report_data->bytes,
			      hash_len(report_data->alg), &q);
	if (r < 0)
		return r;
	buf_printf(ret, "{\"version\":%u,", made);
	put_quote(&q, ret);
	buf_str(ret, ",\"hcl_report\":\"");
	buf_b64(ret, report.bytes.data, report.bytes.len, B64_URL_PAD);
	buf_str(ret, "\"");
	r = put_rest(&report.hcl, ret);
	if (r < 0)
		return r;
	r = buf_error(ret);
	return r < 0 ? fail(r, CODE_NO_TEE, "the evidence does not fit") : 0;
}

static int evidence_snp(const struct digest *report_data, struct buf *ret)
{
	return evidence(HCL_SNP, report_data, ret);
}

static int evidence_tdx(const struct digest *report_data, struct buf *ret)
{
	return evidence(HCL_TDX, report_data, ret);
}

/*
 * A refusal has one answer, whatever was wrong.  So it is version 1 at once, and
 * from then on each in its turn, after the usual wait.
 */
static bool older(void)
{
	bool at_once = made == NEWEST && !fell_back;

	wanted = made == NEWEST ? 1 : NEWEST;
	fell_back |= at_once;
	return at_once;
}

static int init_data_snp(const struct digest *digest)
{
	int r = prepare(HCL_SNP);

	return r < 0 ? r : init_data_pcr(digest, tpm, "az-snp-vtpm");
}

static int init_data_tdx(const struct digest *digest)
{
	int r = prepare(HCL_TDX);

	return r < 0 ? r : init_data_pcr(digest, tpm, "az-tdx-vtpm");
}

static const char *flaw(void)
{
	return debug_flaw;
}

static const char *doubt(void)
{
	return made == 1 ? "the hardware's report does not hold the KBS's nonce: "
			   "it may be of any time" : NULL;
}

static void finish(void)
{
	tpm_close(tpm);
	tpm = NULL;
}

#define LEVEL_REASON	"the paravisor is the provider's: nobody can rebuild it " \
			"from source and compare"

/*
 * Trustworthy: a fresh report of the hardware under the vendor's chain is level
 * 1; what the paravisor measures goes further only for those who trust it.
 */
#define COMMON \
	.hash = HASH_SHA384, \
	.measurer = "pcr", \
	.measurer_index = 15, \
	.nominal = 3, \
	.trustworthy = 1, \
	.level_reason = LEVEL_REASON, \
	.metadata = metadata, \
	.older = older, \
	.flaw = flaw, \
	.doubt = doubt, \
	.finish = finish

const struct attester attester_az_snp = {
	COMMON,
	.name = "az-snp-vtpm",
	.probe = probe_snp,
	.prepare = prepare_snp,
	.evidence = evidence_snp,
	.init_data = init_data_snp,
};

const struct attester attester_az_tdx = {
	COMMON,
	.name = "az-tdx-vtpm",
	.probe = probe_tdx,
	.prepare = prepare_tdx,
	.evidence = evidence_tdx,
	.init_data = init_data_tdx,
};
