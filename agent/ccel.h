/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ccel.h - the event log that goes with the evidence
 *
 * Trustee refuses evidence whose log does not replay, but takes evidence
 * without one; so a log that does not replay here is left out, and the line in
 * our own log says why.  Source: kbs-wire.md 5.1, 5.3.
 */
#ifndef CCEL_H
#define CCEL_H

#include "crypto.h"

struct buf;

/* The registers 1 to COUNT of the log, as the evidence has them. */
struct ccel_registers {
	enum hash alg;
	unsigned count;
	unsigned first;			/* what the TEE calls the log's 1 */
	const uint8_t *values;		/* of hash_len(alg) bytes each */
};

/* Appends the value of cc_eventlog: base64, or null. */
void ccel_put(const struct ccel_registers *registers, struct buf *ret);

#endif /* CCEL_H */
