/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eventlog.h - logs of the measurement registers of a confidential VM
 *
 * The firmware leaves such a log in the ACPI table CCEL, and the agents that
 * extend a register later add to it.  The verifier replays it against the
 * registers in the evidence, and refuses the evidence for a log that it cannot
 * read.  So the parser refuses what Trustee refuses (kbs-wire.md 5.3), and the
 * replay is Trustee's: EV_NO_ACTION is extended like all else.  The log is in
 * memory that the host may write: what it says counts when it replays.
 *
 * Registers are counted as in the log ("MR"): 0 is the launch measurement, n
 * is RTMR n-1.  Documents: TCG PC Client Platform Firmware Profile 1.06,
 * chapter 10; kbs-wire.md 5.
 */
#ifndef EVENTLOG_H
#define EVENTLOG_H

#include "buf.h"
#include "crypto.h"
#include "reason.h"

#define EVENTLOG_ALGS_MAX	5	/* as many as there are */
#define EVENTLOG_DIGESTS_MAX	8	/* of one event */

#define EVENTLOG_TYPE_TAG	6	/* EV_EVENT_TAG */

/*
 * Where CoCo's agent keeps its events, and we ours: entries without a header.
 * Whoever extends a register that is replayed must add to the same file, or
 * nobody's log replays any more (kbs-wire.md 5.2).
 */
#define EVENTLOG_OWN_DIR	"/run/attestation-agent"
#define EVENTLOG_OWN		EVENTLOG_OWN_DIR "/eventlog"

struct eventlog {
	const uint8_t *data;	/* the caller's */
	size_t len;		/* the used part, without what ends it */
	size_t first;		/* offset of the first event after the header */
	size_t count;		/* of events after the header */
	uint16_t algs[EVENTLOG_ALGS_MAX];	/* TPM_ALG_ID */
	size_t alg_count;
};

struct eventlog_digest {
	uint16_t alg;
	struct reader bytes;
};

struct eventlog_event {
	uint32_t mr, type;
	struct eventlog_digest digests[EVENTLOG_DIGESTS_MAX];
	size_t digest_count;
	struct reader data;
};

/*
 * -EBADMSG with NO_TEE and a sentence in *WHY when the LEN bytes at DATA, which
 * stay the caller's, are not a log that Trustee takes.
 */
int eventlog_parse(const uint8_t *data, size_t len, struct eventlog *ret,
		   struct reason *why) must_check;

/* The event at offset *AT, at first LOG->first; false after the last. */
bool eventlog_next(const struct eventlog *log, size_t *at,
		   struct eventlog_event *ret) must_check;

/* What the events of MR make of a register that was zero; -EIO. */
int eventlog_replay(const struct eventlog *log, uint32_t mr, enum hash alg,
		    struct digest *ret) must_check;

/* "EV_SEPARATOR"; NULL for a type that Trustee does not know. */
const char *eventlog_type_name(uint32_t type);

/* "sha384"; NULL for an algorithm that no log may have. */
const char *eventlog_alg_name(uint16_t alg);

/* One that a parsed log has. */
enum hash eventlog_alg_hash(uint16_t alg);

/*
 * The text of an event in the form of CoCo's agent (kbs-wire.md 5.2): "<domain>
 * <operation> <content>".  False for all other events.
 */
bool eventlog_text(const struct eventlog_event *e,
		   struct reader *ret) must_check;

/*
 * The writers.  The event that stands for the LEN bytes at TEXT, in CoCo's form;
 * its digest is that of all of it.  A text of two words gets "-" as its content,
 * for without a content Trustee takes no log.
 */
void eventlog_put_data(struct buf *b, const void *text, size_t len);

/* The entry of an event with one DIGEST. */
void eventlog_put_event(struct buf *b, uint32_t mr, const struct digest *digest,
			const void *event, size_t len);

/* A header for where there is no CCEL: SHA-384 and SM3 (kbs-wire.md 5.1). */
void eventlog_put_header(struct buf *b);

void eventlog_put_end(struct buf *b);

#endif /* EVENTLOG_H */
