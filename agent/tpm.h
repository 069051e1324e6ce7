/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tpm.h - PCRs, quotes and NV indices of a TPM 2.0
 *
 * The vTPM belongs to the host: what it answers is checked like anything else
 * that comes from outside, and each answer must be exactly what was asked for,
 * to the last byte.  What it cannot do to us is forge the evidence of another
 * TPM; that a quote is worth something is for the verifier to know by the AK.
 *
 * A connection knows the reason code that its failures are kept with, since
 * the same TPM serves evidence (NO_TEE) and measuring (MEASURE).  Besides the
 * usual errors, -EAGAIN says that the TPM is busy or its PCRs keep changing.
 *
 * Documents: TCG, Trusted Platform Module Library, family 2.0, parts 1 to 3.
 */
#ifndef TPM_H
#define TPM_H

#include "crypto.h"
#include "limits.h"
#include "reason.h"

struct buf;

#define TPM_PCR_COUNT		24
#define TPM_PCR_LEN		32	/* in the SHA-256 bank */
#define TPM_NONCE_MAX		64	/* TPM2B_DATA holds a TPMT_HA */
#define TPM_ATTEST_MAX		512	/* a quote of one bank is some 150 bytes */

#define TPM_RSA_LEN		256
#define TPM_RSA_EXPONENT	65537
#define TPM_SIGNATURE_LEN	(2 + 2 + 2 + TPM_RSA_LEN)
#define TPM_SIGNATURE_RSA_AT	(2 + 2 + 2)	/* the RSA bytes in it */

/* Where CoCo's provisioning script puts the AK (kbs-wire.md 4.5). */
#define TPM_AK_HANDLE		0x81010002

/* A command with its repetitions; the slowest one makes an RSA key. */
#define TPM_COMMAND_MS		120000

struct tpm;

/* A device node of a TPM is there; nothing is opened. */
bool tpm_present(void);

/*
 * Opens DEVICE, or with NULL the kernel's resource manager and, only if that is
 * not there, the TPM itself, which is one user's at a time: -EAGAIN while
 * somebody else has it.  -ENODEV without any.
 */
int tpm_open(const char *device, enum code code, struct tpm **ret) must_check;

/*
 * The same over FD, which the connection owns from now on, even after an error:
 * one write() is one command, one read() a whole response, as with the device.
 */
int tpm_open_fd(int fd, int limit_ms, enum code code,
		struct tpm **ret) must_check;

/* Flushes what was made and closes; NULL is fine. */
void tpm_close(struct tpm *t);

/* For the cleanup attribute. */
void tpm_close_ptr(struct tpm **t);
#define cleanup_tpm	cleanup(tpm_close_ptr)

struct tpm_banks {
	enum hash alg[HASH_COUNT];
	size_t count;
};

/*
 * The banks that hold PCR.  A bank in use that we have no hash for is an error
 * and not left out: the PCR would say nothing there while others can go on to
 * extend it.  So is a TPM with SHA-1 alone.
 */
int tpm_banks(struct tpm *t, unsigned pcr, struct tpm_banks *ret) must_check;

/* Extends PCR by COUNT digests, of different banks, in one command. */
int tpm_extend(struct tpm *t, unsigned pcr, const struct digest *digests,
	       size_t count) must_check;

struct tpm_pcrs {
	uint8_t value[TPM_PCR_COUNT][TPM_PCR_LEN];
};

/*
 * The SHA-256 bank, PCR 0 to 23, as it was at one time; -EAGAIN when it changed
 * while it was read.
 */
int tpm_pcrs(struct tpm *t, struct tpm_pcrs *ret) must_check;

/* Appends them as evidence has them: a JSON array of strings in hex. */
void tpm_pcrs_json(const struct tpm_pcrs *pcrs, struct buf *ret);

/* An attestation key: restricted, RSA 2048, RSASSA with SHA-256. */
struct tpm_ak {
	uint32_t handle;
	uint8_t modulus[TPM_RSA_LEN];	/* big endian */
	uint32_t exponent;
};

/*
 * The AK at a persistent HANDLE.  -ENOENT when nothing is there, -ENOTSUP when
 * it is another kind of key; the kept reason says which.
 */
int tpm_ak_find(struct tpm *t, uint32_t handle, struct tpm_ak *ret) must_check;

/*
 * Makes an AK that lives until tpm_close(): a primary key of the endorsement
 * hierarchy or, where that has a password, of the owner's.  It takes seconds.
 * The template is fixed, so it is the same key in each boot until the TPM is
 * cleared.  At most one for a connection.
 */
int tpm_ak_make(struct tpm *t, struct tpm_ak *ret) must_check;

struct tpm_quote {
	uint8_t message[TPM_ATTEST_MAX];	/* TPMS_ATTEST */
	size_t message_len;
	uint8_t signature[TPM_SIGNATURE_LEN];	/* TPMT_SIGNATURE */
	struct tpm_pcrs pcrs;			/* what was signed */
};

/*
 * Quotes the SHA-256 bank, PCR 0 to 23, over LEN bytes at NONCE, and reads the
 * values that belong to it; again when they changed in between, -EAGAIN when
 * they never stand still.  The signature itself is for the verifier to check.
 */
int tpm_quote(struct tpm *t, const struct tpm_ak *ak, const void *nonce,
	      size_t len, struct tpm_quote *ret) must_check;

/*
 * The NV index 0x01?????? of the owner, whose password is empty.  -ENOENT when
 * it is not defined; what is in it anybody may have written.
 */
int tpm_nv_size(struct tpm *t, uint32_t index, size_t *ret) must_check;

/*
 * Appends all of it to RET, whose limit holds; in pieces, so that it may change
 * in between.
 */
int tpm_nv_read(struct tpm *t, uint32_t index, struct buf *ret) must_check;

/*
 * Writes LEN bytes, at most 512, at DATA.  An index of another size is made anew,
 * for the owner to read and write.
 */
int tpm_nv_store(struct tpm *t, uint32_t index, const void *data,
		 size_t len) must_check;

#endif /* TPM_H */
