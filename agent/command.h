/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - the subcommands that people and scripts call (design.md 4.3)
 *
 * Each returns the exit status: 0, 1 final, 2 usage or configuration, 75 gave
 * up on something temporary.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "util.h"

struct options {
	const char *command;
	const char *argument;		/* NULL: none was given */
	const char *as;			/* --as, or NULL */
	const char *config;		/* --config */
	const char *nonce;		/* --nonce, or NULL */
	const char *integrity;		/* --integrity, or NULL */
	const char *descriptor;		/* --descriptor, or NULL */
	uint64_t sector_size;		/* --sector-size, or 0 */
	bool json;			/* --json */
};

/* One line for each option, for the help. */
extern const char options_help[];

/*
 * ARGV[0] is the command.  TAKES lists the letters of the options that it has:
 * a as, c config, d descriptor, i integrity, j json, n nonce, s sector-size.  False
 * after a message when something else is given, or an argument is missing.
 */
bool options_parse(int argc, char **argv, const char *takes, bool argument,
		   struct options *ret) must_check;

int command_evidence(const struct options *o);
int command_attest(const struct options *o);
int command_fetch(const struct options *o);
int command_decode(const struct options *o);
int command_header(const struct options *o);
int command_status(const struct options *o);

#endif /* COMMAND_H */
