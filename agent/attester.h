/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester.h - which TEE this is, and its evidence
 *
 * An attester (RFC 9334 4.1) is one file attester_<tee>.c that defines one
 * constant struct attester, and one line in the table of flavour.c.  Nothing
 * above this header knows which one runs.
 */
#ifndef ATTESTER_H
#define ATTESTER_H

#include "crypto.h"

struct buf;

struct attester {
	const char *name;	/* as in tee= and in RCAR, e.g. "tpm" */

	/*
	 * What the runtime data is hashed with (kbs-wire.md 2.3).  NEGOTIATED:
	 * with what the KBS selects, or SHA-384 when it selects nothing; then
	 * HASH is for evidence that no KBS asked for.
	 */
	enum hash hash;
	bool negotiated;

	/* The register that register = auto means; NULL: this TEE has none. */
	const char *measurer;
	unsigned measurer_index;

	/*
	 * For a kind of register that is the TEE's own on some machines only: 1
	 * where it was proven to be, 0 where there is nobody to prove it, -ENOTSUP
	 * where it is known not to be; all else is final, with the reason kept.
	 * NULL: always its own.
	 */
	int (*owns_measurer)(void);

	/*
	 * How far its evidence reaches at most (level.h; 3 becomes 4 by the
	 * volumes), and why not further; NULL where nothing stands against it.
	 */
	unsigned nominal, trustworthy;
	const char *level_reason;

	/* tee = auto passes it over. */
	bool only_by_name;

	/* Looks for the guest's own devices; no side effect. */
	bool (*probe)(void);

	/*
	 * Takes the address of the cloud's metadata service, which then has to be
	 * configured; it stays the caller's.  NULL: this TEE needs none.
	 */
	void (*metadata)(const char *address);

	/*
	 * Opens devices, makes keys: all that needs no nonce, so that it can be
	 * done while the network comes up.  NULL when there is nothing to do.
	 */
	int (*prepare)(void);

	/*
	 * Before evidence(): the nonce of the KBS, where it is more than a
	 * number.  -EBADMSG when it is not what this TEE needs; the reason is
	 * kept.  NULL: to this TEE it is a number.
	 */
	int (*challenge)(const char *nonce);

	/*
	 * Appends to RET the JSON value of tee-evidence.primary_evidence
	 * (kbs-wire.md 4) that binds REPORT_DATA, the hash of the canonical
	 * runtime data.  -EAGAIN when the TEE is busy; all else is final.  The
	 * reason is kept with fail().
	 */
	int (*evidence)(const struct digest *report_data, struct buf *ret);

	/*
	 * The KBS refused the evidence: true when there is an older form of it,
	 * which the next evidence() makes, and which was not tried yet.  NULL:
	 * there never is.
	 */
	bool (*older)(void);

	/*
	 * Before evidence(): the digest of the init-data that will go with it is
	 * compared with the field or register by which the TEE binds them, here
	 * or, where only the evidence has it, in evidence().  See init_data.h.
	 * NULL: this TEE does not bind them.
	 */
	int (*init_data)(const struct digest *digest);

	/*
	 * Why this very machine deserves no trust (its evidence allows the host
	 * to debug it), once evidence() has run: level 0.  NULL: nothing found.
	 */
	const char *(*flaw)(void);

	/*
	 * Why this evidence, once it was made, can be trusted less than others of
	 * the same TEE: trustworthy level 0.  NULL: nothing found.
	 */
	const char *(*doubt)(void);

	/* What the boot report should say of it, or NULL; NULL: nothing ever. */
	const char *(*remark)(void);

	/* Frees what prepare() opened; NULL when there is nothing. */
	void (*finish)(void);
};

/* NULL-terminated, in the order in which auto tries them; in flavour.c. */
extern const struct attester *const attesters[];

/* By name; NULL if there is none. */
const struct attester *attester_find(const char *name);

#endif /* ATTESTER_H */
