/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snp_report.h - attestation reports of SEV-SNP, and the host's certificates
 *
 * Trustee takes no report as it is, but its fields as JSON, of which it makes
 * the bytes again to check the signature.  So a report with anything where that
 * would put zeros is refused here, where the reason can be told.
 *
 * The certificates come from the host and prove nothing by themselves.
 *
 * Documents: AMD SEV Secure Nested Paging Firmware ABI (56860) 1.58, table 23
 * (ATTESTATION_REPORT) and 2.2 (TCB_VERSION); GHCB specification (56421) 2.03,
 * 4.1.8.1 (certificates).  tee-abi.md 1.6 and 4.1 have both as tables.
 */
#ifndef SNP_REPORT_H
#define SNP_REPORT_H

#include "buf.h"
#include "reason.h"

#define SNP_REPORT_LEN		1184
#define SNP_REPORT_DATA_LEN	64
#define SNP_HOST_DATA_LEN	32

struct snp_report {
	uint32_t version;		/* 2 to 5 */
	uint32_t vmpl;
	uint64_t policy;
	uint32_t key_info;
	bool turin;			/* its form of TCB versions, or later */
	uint8_t report_data[SNP_REPORT_DATA_LEN];
	uint8_t host_data[SNP_HOST_DATA_LEN];
	uint8_t raw[SNP_REPORT_LEN];
};

/*
 * -EBADMSG with NO_TEE and a sentence in *WHY for what is no report or cannot
 * be sent.
 */
int snp_report_parse(const uint8_t *data, size_t len, struct snp_report *ret,
		     struct reason *why) must_check;

/* The host can read and write the memory of this VM. */
bool snp_debug(const struct snp_report *s);

/* Appends the object of kbs-wire.md 4.3. */
void snp_report_json(const struct snp_report *s, struct buf *ret);

#define SNP_CERTS_MAX	16
#define SNP_GUID_LEN	16

struct snp_cert {
	uint8_t guid[SNP_GUID_LEN];
	struct reader data;		/* DER or PEM, or anything */
};

struct snp_certs {
	struct snp_cert certs[SNP_CERTS_MAX];
	size_t count;
};

/*
 * The table of certificates, which stays the caller's; none is good, too.
 * -EBADMSG as above.
 */
int snp_certs_parse(const uint8_t *data, size_t len, struct snp_certs *ret,
		    struct reason *why) must_check;

/* "VCEK"; NULL for what is no certificate that we know. */
const char *snp_cert_name(const struct snp_cert *c);

/*
 * The one certificate in the PEM (RFC 7468) text at TEXT, as DER, at most SIZE
 * bytes of it at OUT; false when it is anything else.
 */
bool snp_cert_pem(const char *text, uint8_t *out, size_t size,
		  size_t *ret_len) must_check;

/*
 * Appends the JSON value of cert_chain: null unless a VCEK or VLEK is among
 * them, else ARK, ASK, VCEK and VLEK as DER; what is neither DER nor PEM is
 * left out.
 */
void snp_certs_json(const struct snp_certs *c, struct buf *ret);

#endif /* SNP_REPORT_H */
