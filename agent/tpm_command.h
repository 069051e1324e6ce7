/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm_command.h - one TPM command, made by tss2-sys, and its parameters back
 *
 * For tpm*.c only, which are all of tss2 that there is.  tss2-sys marshals the
 * command, tss2-mu unmarshals structures.  The frame of a response is taken
 * apart here: tss2-sys would read parameters up to the end of its buffer, over
 * the end of the response, and believes the parameter size (as of 4.1).
 */
#ifndef TPM_COMMAND_H
#define TPM_COMMAND_H

#include <tss2/tss2_mu.h>
#include <tss2/tss2_sys.h>

#include "buf.h"
#include "tpm.h"
#include "tpm_device.h"

struct tpm {
	/* First: the context that tss2-sys gives to our callbacks. */
	TSS2_TCTI_CONTEXT_COMMON_V1 tcti;
	TSS2_SYS_CONTEXT *sys;
	struct tpm_device device;
	struct tpm_message response;
	int error;		/* of the exchange; tss2-sys has no place for it */
	uint32_t made;		/* handle of our own key, 0 without */
	uint32_t session;	/* handle of our own session, 0 without */
};

struct tpm_command {
	const char *name;	/* for messages */
	bool auth;		/* with the empty password for one handle */

	/* With AUTH: a session instead, and its part of the response. */
	const TSS2L_SYS_AUTH_COMMAND *session;
	struct reader *ret_session;
};

/*
 * Runs the command that a Tss2_Sys_*_Prepare() has made with the result
 * PREPARED.  RET becomes a view of the response's parameters, good until the
 * next command.  RET_HANDLE is NULL where the response has no handle.
 *
 * A refusal by the TPM is -EAGAIN when it is busy, -ENOENT for a handle that it
 * does not know, -EPERM for a missing password, else -EIO.
 */
int tpm_run(struct tpm *t, const struct tpm_command *c, TSS2_RC prepared,
	    uint32_t *ret_handle, struct reader *ret) must_check;

/* -EBADMSG, kept as "the TPM's answer to NAME WHAT". */
int tpm_malformed(const struct tpm *t, const char *name, const char *what);

/* A TPM2B: its size, and as many bytes. */
bool tpm_sized(struct reader *r, struct reader *ret) must_check;

/*
 * Makes a primary key by TEMPLATE, with the empty password; tpm_close() flushes
 * it.  RET_PUBLIC becomes a view of its TPMT_PUBLIC, as tpm_run() has it.
 */
int tpm_create_primary(struct tpm *t, TPMI_RH_HIERARCHY hierarchy,
		       const TPM2B_PUBLIC *template, uint32_t *ret_handle,
		       struct reader *ret_public) must_check;

/* The selection of the PCRs in MASK, bit N for PCR N, in the SHA-256 bank. */
TPML_PCR_SELECTION tpm_selection(uint32_t mask);

/*
 * The mask of a selection that is of the SHA-256 bank alone and as wide as
 * those of tpm_selection(); false for any other.
 */
bool tpm_selection_mask(const TPML_PCR_SELECTION *s, uint32_t *ret) must_check;

#endif /* TPM_COMMAND_H */
