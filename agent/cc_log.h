/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cc_log.h - the event log of this TD as a verifier wants it: of the firmware, and
 * of all who extended an RTMR since (eventlog.h)
 */
#ifndef CC_LOG_H
#define CC_LOG_H

#include "buf.h"
#include "reason.h"

/*
 * The firmware's log as far as it goes, or a header in its place, and what was
 * measured since; into RET, which must be empty.  1 when there is nothing to
 * tell.  An error has NO_TEE in *WHY, and leaves anything in RET.
 */
int cc_log_read(struct buf *ret, struct reason *why) must_check;

#endif /* CC_LOG_H */
