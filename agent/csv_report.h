/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv_report.h - what the attestation report of a Hygon CSV guest says
 *
 * There are two forms, which only the one who asked can tell apart.  The plain
 * one is disguised: its fields are XORed with a number in it.  Trustee undoes
 * that by itself for the signed part, but wants certificate and serial number
 * bare.  The extended one, of newer CSV3 firmware, has measurement registers.
 *
 * The signatures are for the verifier to check.  A MAC under the nonce in our
 * request shows that certificate and serial number are the firmware's.
 *
 * Sources: tee-abi.md 3.4, kbs-wire.md 4.9 and, where those are silent or the
 * plain report of a real machine says otherwise (signature and reserved field
 * are not disguised, and MAC and signature are over the disguised bytes),
 * csv-rs 0.1.
 */
#ifndef CSV_REPORT_H
#define CSV_REPORT_H

#include "buf.h"
#include "reason.h"
#include "sm3.h"

#define CSV_REPORT_LEN		4096	/* a page; the rest of it is zero */
#define CSV_USER_DATA_LEN	64
#define CSV_MNONCE_LEN		16
#define CSV_RTMR_COUNT		5	/* the first is the launch measurement */

/* What asks for the extended form, with its NUL; also in the evidence. */
#define CSV_MAGIC		"ATTESTATION_EXT"
#define CSV_MAGIC_LEN		16
#define CSV_FLAG_EXTENDED	1u

struct csv_report {
	uint8_t raw[CSV_REPORT_LEN];	/* in the form that Trustee takes */
	bool extended;
	uint8_t user_data[CSV_USER_DATA_LEN], mnonce[CSV_MNONCE_LEN];
	uint32_t policy;
	uint8_t rtmr[CSV_RTMR_COUNT][SM3_LEN];	/* zero if not extended */
	bool mac_good;
};

/*
 * The page at DATA as the firmware filled it, when it was asked for a report
 * of that form.  -EBADMSG with NO_TEE and a sentence in *WHY.
 */
int csv_report_parse(const uint8_t data[static CSV_REPORT_LEN], bool extended,
		     struct csv_report *ret, struct reason *why) must_check;

/* It answers this request and no other; -EBADMSG likewise. */
int csv_report_check(const struct csv_report *s,
		     const uint8_t user_data[static CSV_USER_DATA_LEN],
		     const uint8_t mnonce[static CSV_MNONCE_LEN],
		     struct reason *why) must_check;

/* The host can read and write the guest's memory. */
bool csv_debug(const struct csv_report *s);

/*
 * Appends the members attestation_report, cert_chain and serial_number of the
 * evidence, without braces around them.
 */
void csv_report_json(const struct csv_report *s, struct buf *ret);

#endif /* CSV_REPORT_H */
