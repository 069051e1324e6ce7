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
	const char *initramfs, *root;	/* --initramfs, --root, or NULL */
	const char *nonce;		/* --nonce, or NULL */
	const char *integrity;		/* --integrity, or NULL */
	const char *descriptor;		/* --descriptor, or NULL */
	const char *key, *key_file;	/* --key, --key-file, or NULL */
	const char *uuid;		/* --uuid, or NULL */
	const char *admin_token;	/* --kbs-admin-token, or NULL */
	const char *resource;		/* --resource, or NULL */
	const char *wipe;		/* --wipe, or NULL */
	uint64_t sector_size;		/* --sector-size, or 0 */
	bool json;			/* --json */
	bool overwrite;			/* --overwrite */
	bool finish;			/* --finish */
};

struct boot;
struct descriptor;
struct luks_header;
struct secret;

/* One line for each option, for the help. */
extern const char options_help[];

/*
 * ARGV[0] is the command.  TAKES lists the letters of the options that it has:
 * a as, c config, d descriptor, f finish, i integrity, j json, k key, K key-file,
 * I initramfs, n nonce, o overwrite, r resource, R root, s sector-size,
 * t kbs-admin-token, u uuid, w wipe.  False after a message when something else
 * is given, or an argument is missing.
 */
bool options_parse(int argc, char **argv, const char *takes, bool argument,
		   struct options *ret) must_check;

int command_evidence(const struct options *o);
int command_attest(const struct options *o);
int command_check(const struct options *o);
int command_fetch(const struct options *o);
int command_decode(const struct options *o);
int command_header(const struct options *o);
int command_status(const struct options *o);
int command_provision(const struct options *o);
int command_rotate(const struct options *o);

/* --- what several of them do; command*.c only --- */

/* A zeroed boot, with CONFIG what boot_load() makes of it; *RET_R is the result. */
struct boot *command_start(const struct options *o, bool config, int *ret_r);

/* Prints the reason of a failure and frees B; the exit status for R. */
int command_finish(struct boot *b, int r);

/* The resource URI, after an attestation if that needs one. */
int command_fetch_uri(struct boot *b, const char *uri,
		      struct secret *ret) must_check;

/* A descriptor from file PATH, whole or of a volume to be made; RESOURCE. */
int command_read_descriptor(const char *path,
			    struct descriptor *ret) must_check;

/*
 * The key that the options name: --descriptor, --key-file or --key.  Without
 * any of them *RET stays empty.  Errors with RESOURCE and those of the KBS.
 */
int command_read_key(struct boot *b, const struct options *o,
		     struct descriptor *ret) must_check;

/* False after a message when the options that say where the descriptor goes to
 * do not go together, or it would go to a terminal. */
bool command_check_target(const struct options *o) must_check;

/*
 * Completes D by the header H, whose MAC is in it already, and gives it to the
 * KBS, or without --resource to standard output.  *RET_TEXT gets a copy.
 */
int command_deliver(struct boot *b, const struct options *o,
		    const struct descriptor *d, const struct luks_header *h,
		    struct secret *ret_text) must_check;

#endif /* COMMAND_H */
