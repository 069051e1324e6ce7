/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cryptsetup.h - all of libcryptsetup: it opens what we have accepted
 *
 * libcryptsetup sees our sealed copy of a header and never the device's own;
 * what it reads there is compared with what our parser read.  No token plug-in
 * is loaded, and no flag that a header stores is obeyed.
 */
#ifndef CRYPTSETUP_H
#define CRYPTSETUP_H

#include "crypto.h"

struct luks_header;
struct luks_suite;
struct secret;

struct cryptsetup_luks {
	const char *name;		/* of the mapping */
	const char *device;		/* path of the data device */
	int copy;			/* fd of the header copy */
	const struct luks_header *header;
	const struct secret *passphrase;
};

/*
 * Opens keyslot header->keyslot and makes the mapping; *RET_KEY_ID becomes
 * HMAC-SHA256(volume key, "postern:<name>:<uuid>"), which tells this volume key
 * from any other.  -EKEYREJECTED with KEY_REJECTED, -EBADMSG with HEADER_FORMAT
 * when the two readers disagree, others with INTERNAL.
 */
int cryptsetup_open_luks(const struct cryptsetup_luks *l,
			 struct digest *ret_key_id) must_check;

struct cryptsetup_new {
	const char *uuid;
	const struct luks_suite *suite;
	uint32_t sector_size;		/* bytes */
	const char *device;		/* path; of use with tags only */
	const struct secret *passphrase;
};

/*
 * Makes the LUKS2 volume of our profile on IMAGE, an anonymous file as long as
 * the device: N->suite with a fresh volume key, LUKS_DATA_OFFSET_MAX bytes
 * before the data, keyslot 0 by PBKDF2 at its minimum, since PASSPHRASE has the
 * entropy of a key.
 *
 * A suite with tags has a superblock and a journal before its data, and nobody
 * but the kernel makes them: then they are written to N->device, which nobody
 * may have open for himself, at that offset.  The tags are not there yet; a
 * sector that was never written cannot be read.  -EINVAL or others with
 * PROVISION.
 */
int cryptsetup_format(int image, const struct cryptsetup_new *n) must_check;

/*
 * Gives the volume on IMAGE, likewise, another passphrase: a new keyslot is
 * made, and keyslot SLOT, which OLD opens, destroyed.  -EKEYREJECTED with
 * KEY_REJECTED, others with PROVISION.
 */
int cryptsetup_rekey(int image, unsigned slot, const struct secret *old,
		     const struct secret *passphrase) must_check;

#define CRYPTSETUP_RANDOM_CIPHER	"aes-xts-plain64"
#define CRYPTSETUP_RANDOM_KEY_LEN	64

struct cryptsetup_random {
	const char *name;		/* of the mapping */
	const char *device;		/* path */
	uint32_t sector_size;		/* bytes */
	char uuid[40];			/* set: that of the mapping */
};

/*
 * Makes a mapping of the whole device with a fresh key, which is kept by the
 * kernel alone.  Its LUKS2 header has no keyslot, is made in memory, and gone
 * afterwards: it only takes the key to the kernel by the keyring, as with other
 * volumes, and not through a table.  ENTROPY, INTERNAL.
 */
int cryptsetup_open_random(struct cryptsetup_random *c) must_check;

struct cryptsetup_verity {
	const char *name;
	const char *data, *hash;	/* paths */
	const uint8_t *root_hash;	/* SHA-256 */
	size_t root_hash_len;
	const uint8_t *salt;
	size_t salt_len;
	uint64_t data_blocks;		/* of 4096 bytes */
	uint64_t hash_offset;		/* bytes, where the tree starts */
};

/* Makes a read-only dm-verity mapping; no superblock is read.  -EIO, VERITY. */
int cryptsetup_open_verity(const struct cryptsetup_verity *v) must_check;

#endif /* CRYPTSETUP_H */
