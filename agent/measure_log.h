/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure_log.h - what a log of PCRs in systemd's form replays to
 *
 * The records that measure.h writes, and those of others in the same file: JSON
 * texts of RFC 7464, each with a PCR and its digests (tee-abi.md 6.4).
 */
#ifndef MEASURE_LOG_H
#define MEASURE_LOG_H

#include "crypto.h"
#include "reason.h"

/*
 * What the records of PCR in the LEN bytes at TEXT make of it in the bank ALG,
 * from zero on; those of other registers are passed over.  -EBADMSG with MEASURE
 * in *WHY for what is no log, or has no digest for that bank.
 */
int measure_log_replay(const char *text, size_t len, unsigned pcr, enum hash alg,
		       struct digest *ret, struct reason *why) must_check;

#endif /* MEASURE_LOG_H */
