/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure.h - the event log, and the register behind it
 *
 * Each event is a text; the register is extended, in each of its banks, with
 * the hash of exactly that text (without a NUL or newline), and a record goes
 * to /run/postern/eventlog, one JSON text of RFC 7464 (0x1e, JSON, newline) in
 * the form of systemd's userspace log.  When the register is a PCR the record
 * goes to that log too, so that its tools replay the PCR.
 *
 * An RTMR is extended with the SHA-384 of the text in the frame of an event of
 * CoCo's agent (eventlog_put_data(): 8 bytes before it, and "postern leave"
 * becomes "postern leave -"), because Trustee wants the digest of just that; the
 * framed event goes to the log of that agent.
 *
 * The sticky bit on a log says that an extend is under way: if we die then, a
 * reader knows that the log may miss the last event (tee-abi.md 6.4).
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "config.h"
#include "measurer.h"

#define MEASURE_EVENTS_MAX	64
#define MEASURE_TEXT_MAX	512

struct measurement {
	char text[MEASURE_TEXT_MAX];
	struct digest digests[MEASURER_BANKS_MAX];
	size_t count;
};

struct measure {
	const struct measurer *measurer;	/* NULL: no register */
	unsigned index;
	bool required;
	struct measurement events[MEASURE_EVENTS_MAX];
	size_t count;
};

struct attester;

/*
 * Finds the register that CONFIG names, or that ATTESTER's TEE has.  -ENODEV
 * with MEASURE when it is not there although it is required; whatever ATTESTER
 * has against it, required or not (attester.h).  The struct is big: not for the
 * stack.
 */
int measure_setup(const struct config_measure *config,
		  const struct attester *attester,
		  struct measure *ret) must_check;

/*
 * Extends the register by an event made of FORMAT.  Without a register, or when
 * extending fails and it is not required, 0 with a line in the log.
 */
int measure_event(struct measure *m, const char *format, ...)
	printf_like(2, 3) must_check;

#endif /* MEASURE_H */
