/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hcl_report.h - the report that Azure's paravisor leaves in its vTPM
 *
 * The paravisor (HCL) owns the hardware's interface; the guest finds in an NV
 * index of the vTPM what the hardware has signed, and claims in JSON, whose hash
 * is the hardware's report data: the vTPM's keys, the configuration of the VM and,
 * from newer paravisors, what the guest has asked to have in it.  So the hardware
 * vouches for the AK, and the AK for the PCRs.  The vTPM may be the host's for all
 * we know; whether the hardware has signed is for the verifier to check.
 *
 * Layout (tee-abi.md 4.5 and kbs-wire.md 4.6; numbers are little endian): a header
 * of 32 bytes, the hardware's report in 1184, then a header of the claims, the
 * claims, and zeros.
 */
#ifndef HCL_REPORT_H
#define HCL_REPORT_H

#include "snp_report.h"
#include "td_quote.h"

/* 2600 bytes were seen, of which 2437 are used. */
#define HCL_REPORT_MAX		8192
#define HCL_USER_DATA_LEN	64
#define HCL_AK_LEN		256	/* a modulus of RSA 2048 */

/* What the hardware is; the numbers are the report's. */
enum hcl_type { HCL_NONE = 0, HCL_SNP = 2, HCL_TDX = 4 };

struct hcl_report {
	enum hcl_type type;
	uint32_t version;		/* 1 or 2 */
	struct snp_report snp;		/* with HCL_SNP */
	struct td_report td;		/* with HCL_TDX */
	const uint8_t *report_data;	/* 64 bytes, of either; in the input */
	struct reader hardware;		/* SNP_REPORT_LEN or TD_REPORT_LEN bytes */
	struct reader claims;		/* JSON, in the input */
	uint8_t ak[HCL_AK_LEN];		/* of HCLAkPub; exponent 65537 */
	bool has_user_data;
	uint8_t user_data[HCL_USER_DATA_LEN];
};

/*
 * What the hardware is, if these LEN bytes begin as a report does; else HCL_NONE.
 */
enum hcl_type hcl_report_type(const uint8_t *data, size_t len);

/*
 * -EBADMSG with NO_TEE and a sentence in *WHY, -ENOMEM.  DATA must stay as long
 * as *RET is used.
 */
int hcl_report_parse(const uint8_t *data, size_t len, struct hcl_report *ret,
		     struct reason *why) must_check;

/*
 * The hardware's report data are the claims' hash and nothing more.  *RET is
 * false, too, for a report that was changed while it was read.  -EIO.
 */
int hcl_report_bound(const struct hcl_report *h, bool *ret) must_check;

/* Appends type, hardware's report and those claims that are about this VM. */
int hcl_report_json(const struct hcl_report *h, struct buf *ret) must_check;

#endif /* HCL_REPORT_H */
