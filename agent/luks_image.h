/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_image.h - a LUKS2 header that we make
 *
 * libcryptsetup makes it in memory, on an anonymous file as long as the device,
 * and writes to the device itself what only the kernel can make: the superblock
 * of a volume with tags, behind the place of the header (cryptsetup.h).  What leaves here has passed the parser
 * that reads it at the next boot, and goes to the disk in an order of ours, so
 * that a power cut at any point leaves either no header or a whole one.
 *
 * The sequence number of a header (LUKS2 On-Disk Format Specification 1.1.4,
 * 2.1) grows with each change, and serves as its generation.
 */
#ifndef LUKS_IMAGE_H
#define LUKS_IMAGE_H

#include "luks_header.h"

struct cryptsetup_new;
struct secret;

struct luks_image {
	struct luks_header header;
	uint8_t area[LUKS_AREA_LEN];	/* for byte 0 of the device */
	uint8_t *slot;			/* header.area_size bytes; owned */
};

#define cleanup_luks_image	cleanup(luks_image_free)

/* -EINVAL with PROVISION when no volume can be made on such a device. */
int luks_image_check_size(uint64_t device_size,
			  uint32_t sector_size) must_check;

/*
 * The header of a new volume as N says on a device of DEVICE_SIZE bytes.  The
 * reason is kept: PROVISION, ENTROPY or INTERNAL.
 */
int luks_image_make(const struct cryptsetup_new *n, uint64_t device_size,
		    struct luks_image *ret) must_check;

/*
 * The header of the volume of *FROM with the keyslot of another KEY instead of
 * that of OLD, in a place of the disk that FROM does not use.  As above, or
 * KEY_REJECTED.
 */
int luks_image_rekey(const struct luks_image *from, const struct secret *old,
		     const struct secret *key,
		     struct luks_image *ret) must_check;

/* Reads the header at byte OFFSET of FD, a device of DEVICE_SIZE bytes, and its
 * keyslot.  -EBADMSG with *WHY when it is none that profile P allows; -EIO. */
int luks_image_read(int fd, uint64_t offset, uint64_t device_size,
		    const struct luks_profile *p, struct luks_image *ret,
		    struct reason *why) must_check;

/*
 * Writes I to FD: keyslot, second copy, metadata, and when all that has reached
 * the medium the one sector without which there is no header.  Reads all back.
 * -EIO with PROVISION.
 */
int luks_image_write(const struct luks_image *i, int fd) must_check;

/*
 * Writes I beside the header that is in use, and its keyslot, which that does
 * not use either: for a rotation (rotate.h).  As above.
 */
int luks_image_write_spare(const struct luks_image *i, int fd) must_check;

void luks_image_free(struct luks_image *i);

#endif /* LUKS_IMAGE_H */
