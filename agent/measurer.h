/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measurer.h - the register that records what this boot did
 *
 * A measurer is one file measurer_<kind>.c that defines one constant struct
 * measurer, and one line in the table of flavour.c.
 */
#ifndef MEASURER_H
#define MEASURER_H

#include "crypto.h"

struct buf;

#define MEASURER_BANKS_MAX	HASH_COUNT

struct measurer {
	const char *name;	/* as in register = pcr:15, e.g. "pcr" */

	/* The register is there and can be extended by us; no side effect. */
	bool (*probe)(unsigned index);

	/* False for registers that prove nothing or cannot be extended. */
	bool (*allowed)(unsigned index);

	/*
	 * Extends the register, in each active bank, with that bank's hash of
	 * the LEN bytes at EVENT or, where record() makes more of them, of what
	 * it makes.  The digests go to RET, their number to RET_COUNT.  The
	 * reason for a failure is kept with fail(), code MEASURE.
	 */
	int (*extend)(unsigned index, const void *event, size_t len,
		      struct digest ret[static MEASURER_BANKS_MAX],
		      size_t *ret_count);

	/*
	 * A log of others that each event goes to as well, so that their tools
	 * replay the register; NULL: there is none.
	 */
	const char *log_dir, *log;

	/*
	 * Appends to RET the event, as extend() got it and with the digests
	 * that it gave, in the form of that log; NULL: in the form of ours.
	 */
	void (*record)(unsigned index, const void *event, size_t len,
		       const struct digest *digests, struct buf *ret);
};

/* NULL-terminated; in flavour.c. */
extern const struct measurer *const measurers[];

const struct measurer *measurer_find(const char *name);

/*
 * --- for registers whose log is that of CoCo's agent; measurer_*.c only ---
 *
 * The digest of an event as that log frames it (eventlog_put_data()); the reason
 * of a failure is kept.  And its entry in that log, where the register is MR.
 */
int measurer_event_digest(enum hash alg, const void *event, size_t len,
			  struct digest *ret) must_check;
void measurer_event_record(uint32_t mr, const void *event, size_t len,
			   const struct digest *digest, struct buf *ret);

#endif /* MEASURER_H */
