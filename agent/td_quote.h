/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * td_quote.h - what a TDX quote or a TDREPORT says
 *
 * Signatures are for the verifier to check.  We look into our own quote to see
 * that it is an answer to what was asked, and which values the registers have.
 *
 * Documents: Intel TDX DCAP Quoting Library API, chapter A.3 (quote, versions 4
 * and 5); Intel TDX Module Architecture Specification: ABI, TDREPORT_STRUCT.
 * tee-abi.md 3.2 and 4.2 have both as tables.
 */
#ifndef TD_QUOTE_H
#define TD_QUOTE_H

#include "buf.h"
#include "reason.h"

#define TD_MR_LEN		48
#define TD_RTMR_COUNT		4
#define TD_REPORT_LEN		1024
#define TD_REPORT_DATA_LEN	64

/* TDINFO as both have it, without a gap. */
struct td_info {
	uint8_t attributes[8];		/* little endian */
	uint8_t xfam[8];
	uint8_t mrtd[TD_MR_LEN];
	uint8_t mrconfigid[TD_MR_LEN];
	uint8_t mrowner[TD_MR_LEN];
	uint8_t mrownerconfig[TD_MR_LEN];
	uint8_t rtmr[TD_RTMR_COUNT][TD_MR_LEN];
};

struct td_quote {
	uint16_t version;		/* 4 or 5 */
	uint16_t key_type;
	uint8_t reserved[4];		/* or qe_svn and pce_svn */
	uint8_t vendor[16], user_data[20];
	bool has_15;			/* the two fields of TDX 1.5 are there */
	uint8_t tcb_svn[16];
	uint8_t mrseam[TD_MR_LEN], mrsignerseam[TD_MR_LEN];
	uint8_t seam_attributes[8];
	struct td_info info;
	uint8_t report_data[TD_REPORT_DATA_LEN];
	uint8_t tcb_svn2[16], mrservicetd[TD_MR_LEN];
	size_t len;			/* without what pads it */
};

/*
 * -EBADMSG with NO_TEE and a sentence in *WHY.  What follows the quote is left
 * alone, since some hosts pad it.
 */
int td_quote_parse(const uint8_t *data, size_t len, struct td_quote *ret,
		   struct reason *why) must_check;

struct td_report {
	uint8_t report_data[TD_REPORT_DATA_LEN];
	struct td_info info;
};

int td_report_parse(const uint8_t *data, size_t len, struct td_report *ret,
		    struct reason *why) must_check;

/* The host can read and write the memory of this TD. */
bool td_debug(const struct td_info *info);

/* Appends the object that Trustee makes its claims "quote" of. */
void td_quote_json(const struct td_quote *q, struct buf *ret);

/* Report data and registers, under the same names. */
void td_report_json(const struct td_report *t, struct buf *ret);

#endif /* TD_QUOTE_H */
