/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registers.h - what the registers of this machine hold now, for postern status
 *
 * All RTMRs where there are any, and PCR 15 in each bank; and whether that is what
 * the event logs replay to: for RTMRs the firmware's log and that of CoCo's agent,
 * for the PCR systemd's, to all of which we add.  For people, and no proof: who
 * can change a log can change this program.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "crypto.h"

#define REGISTERS_MAX	(4 + HASH_COUNT)

enum register_state {
	REGISTER_UNKNOWN,	/* there is no log that can be replayed */
	REGISTER_LOGGED,
	REGISTER_DIFFERS,
};

struct register_value {
	const char *name;	/* "rtmr:3" */
	struct digest value;
	enum register_state state;
};

/* Fills RET; their number, none at all included. */
size_t registers_read(struct register_value ret[static REGISTERS_MAX]);

#endif /* REGISTERS_H */
