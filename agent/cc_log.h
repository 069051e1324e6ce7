/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cc_log.h - the event log of this VM as a verifier wants it: of the firmware, and
 * of all who extended a register since (eventlog.h)
 *
 * Trustee refuses evidence whose log does not replay, but takes evidence
 * without one; so a log that does not replay here is left out, and the line in
 * our own log says why.  Source: kbs-wire.md 5.1, 5.3.
 */
#ifndef CC_LOG_H
#define CC_LOG_H

#include "buf.h"
#include "crypto.h"
#include "reason.h"

/* The registers 1 to COUNT of the log, as the evidence has them. */
struct cc_registers {
	enum hash alg;
	unsigned count;
	unsigned first;			/* what the TEE calls the log's 1 */
	const uint8_t *values;		/* of hash_len(alg) bytes each */
};

/*
 * The firmware's log as far as it goes, or a header in its place, and what was
 * measured since; into RET, which must be empty.  1 when there is nothing to
 * tell.  An error has NO_TEE in *WHY, and leaves anything in RET.
 */
int cc_log_read(struct buf *ret, struct reason *why) must_check;

/* Appends the value of cc_eventlog: base64, or null. */
void cc_log_put(const struct cc_registers *registers, struct buf *ret);

#endif /* CC_LOG_H */
