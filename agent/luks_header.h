/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_header.h - a LUKS2 header that the host may have written
 *
 * The header's checksum is no signature: whoever can write the disk can make a
 * header whose checksum is right, and libcryptsetup does what it says, up to
 * a cipher that does nothing.  So the bytes are read once, by the caller, and
 * this parser accepts only what a profile allows: every byte of both copies
 * has one meaning, and nothing is skipped.  It does no I/O.
 *
 * Where the KBS holds a MAC of the header, luks_header_mac() tells whether the
 * header is the one that was made, not only one that is harmless.
 *
 * Chapters are those of the LUKS2 On-Disk Format Specification 1.1.4.
 */
#ifndef LUKS_HEADER_H
#define LUKS_HEADER_H

#include "crypto.h"
#include "luks_suite.h"
#include "reason.h"

/* 2.1: a binary header and its JSON area, in the smallest of the sizes of
 * Table 1, which is what cryptsetup writes; then both again. */
#define LUKS_BINARY_LEN		4096
#define LUKS_COPY_LEN		16384
#define LUKS_JSON_LEN		(LUKS_COPY_LEN - LUKS_BINARY_LEN)
#define LUKS_AREA_LEN		(2 * LUKS_COPY_LEN)

/* Headers and keyslots together: what cryptsetup reserves, and no more. */
#define LUKS_DATA_OFFSET_MAX	(16 * 1024 * 1024)

/*
 * Ours: while a key is rotated, the header that will replace the one at byte 0
 * lies here, in the part of the keyslots that nothing uses (rotate.h).
 */
#define LUKS_SPARE_OFFSET	(LUKS_DATA_OFFSET_MAX - LUKS_AREA_LEN)

#define LUKS_UUID_LEN		36
#define LUKS_LABEL_LEN		48
#define LUKS_SALT_LEN		32
#define LUKS_DIGEST_MAX		64

/* What is allowed, beyond what is fixed in luks_metadata.c. */
struct luks_profile {
	enum luks_integrity integrity;
	uint32_t sector_size;	/* bytes; 0: 512 or 4096 */
	uint64_t ram;		/* bytes, bounds Argon2; 0: not known */
};

/* All strings are from fixed lists, but for uuid and label, which are checked
 * to be printable. */
struct luks_header {
	char uuid[LUKS_UUID_LEN + 1];	/* lower case */
	char label[LUKS_LABEL_LEN];
	uint64_t seqid;
	uint64_t device_size;		/* as given to luks_header_parse() */

	unsigned keyslot;
	uint64_t area_offset, area_size;	/* of the keyslot, in bytes */
	const char *area_cipher;	/* "aes-xts-plain64" */
	unsigned area_key_len;
	const char *af_hash;
	const char *kdf;		/* "pbkdf2" or "argon2id" */
	const char *kdf_hash;		/* pbkdf2, else NULL */
	uint32_t kdf_iterations;	/* or Argon2's time */
	uint32_t kdf_memory, kdf_cpus;	/* KiB, threads; 0 for pbkdf2 */
	uint8_t kdf_salt[LUKS_SALT_LEN];

	/* Of the segment, in bytes, with tags and journal. */
	uint64_t data_offset, data_size;
	const struct luks_suite *suite;	/* cipher, key and integrity */
	uint32_t sector_size;

	const char *digest_hash;
	uint32_t digest_iterations;
	uint8_t digest_salt[LUKS_SALT_LEN];
	uint8_t digest[LUKS_DIGEST_MAX];
	size_t digest_len;
};

/* TEXT is a UUID as uuid_unparse_lower(3) writes it. */
bool luks_is_uuid(const char *text);

/*
 * Checks the first LEN >= LUKS_AREA_LEN bytes of a device of DEVICE_SIZE bytes.
 * -EBADMSG with *WHY: HEADER_FORMAT for what no LUKS2 header is or what does
 * not fit the device, HEADER_PROFILE for one that asks for what P, or any
 * profile, does not allow.
 */
int luks_header_parse(const uint8_t *area, size_t len, uint64_t device_size,
		      const struct luks_profile *p, struct luks_header *ret,
		      struct reason *why) must_check;

/*
 * START, the first LUKS_BINARY_LEN bytes of a device, begin as a LUKS2 header
 * with that UUID does, in either case.  For looking for a device: nothing else
 * was checked.
 */
bool luks_header_is_called(const uint8_t *start, const char *uuid) must_check;

/*
 * The two that follow take the bytes that H was parsed from, and the SLOT_LEN
 * (= area_size) bytes at area_offset, as read once.
 *
 * MAC of the header, as the descriptor has it: HMAC-SHA256 under
 * HKDF-SHA256(KEY, salt = UUID, info = "postern header v1") of the text
 * "postern header v1" and a line feed, GENERATION and device size (64 bits, big
 * endian), both binary headers and JSON areas in the order of the disk with
 * the 64 bytes of each checksum zeroed, and the keyslot's area.  The caller
 * compares with equal_ct().
 */
int luks_header_mac(const struct luks_header *h, const uint8_t *area,
		    const uint8_t *slot, size_t slot_len, uint64_t generation,
		    const struct secret *key, struct digest *ret) must_check;

/* SHA-384 of the same without text, generation and device size: measured. */
int luks_header_digest(const struct luks_header *h, const uint8_t *area,
		       const uint8_t *slot, size_t slot_len,
		       struct digest *ret) must_check;

/* Appends the "profile" object of a descriptor that fits H, which may GROW. */
void luks_header_profile_json(const struct luks_header *h, bool grow,
			      struct buf *ret);

#endif /* LUKS_HEADER_H */
