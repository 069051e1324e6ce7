/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * descriptor.h - what a key resource of the KBS holds
 *
 * Either raw bytes, which are the passphrase exactly as stored; or the TOML of
 * Trustee's provisioner plug-in; or a volume descriptor, a JSON object whose
 * key, UUID, generation and header MAC tell our volume from any other
 * (design.md 4.5).
 *
 * A descriptor with "provision":true is the owner's word that the volume is
 * still to be made.  It has no generation and no MAC yet; key (32 bytes at
 * least, since it is guarded by a quick KDF only), UUID and profile must be
 * there.  The generation of one that is made here is the sequence number of the
 * header (luks_image.h), so that an older header can be told from another one.
 *
 * The MAC covers the size of the device, which "device-size" tells.  With
 * "grow":true in the profile the device may be larger by now, and the MAC is that
 * of the size told; there is a descriptor for the new size then, which is the
 * owner's to store.  Tags, whose number is fixed when they are made, do not grow.
 */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include "buf.h"
#include "reason.h"
#include "secret.h"

struct luks_header;
struct luks_suite;

#define DESCRIPTOR_UUID_LEN	36
#define DESCRIPTOR_MAC_LEN	32
#define DESCRIPTOR_NEW_KEY_MIN	32

struct descriptor {
	struct secret key;
	bool full;			/* the rest was there too */
	bool provision;			/* the volume is to be made; not full */
	char uuid[DESCRIPTOR_UUID_LEN + 1];
	uint64_t generation;
	uint8_t header_mac[DESCRIPTOR_MAC_LEN];
	uint64_t device_size;		/* bytes, as in the MAC; 0: not said */
	unsigned sector_size;		/* of the profile; 0: not said */
	bool grow;			/* likewise: the device may be larger */
	const struct luks_suite *suite;	/* likewise; NULL: not said */
};

/*
 * Reads RESOURCE, which came from URI.  JSON that begins an object with the
 * member "postern" is a descriptor; whatever came from kbs+provisioner: is its
 * TOML; all else is raw.  -EBADMSG with RESOURCE and a sentence in *WHY; the
 * caller frees RET->key.
 */
int descriptor_parse(const struct secret *resource, const char *uri,
		     struct descriptor *ret, struct reason *why) must_check;

/* What the MAC of D is made with, on a device of SIZE bytes. */
uint64_t descriptor_mac_size(const struct descriptor *d, uint64_t size);

/*
 * Appends the descriptor of the volume with header H without its key: what the
 * KBS does not have yet when a boot has made the volume.
 */
void descriptor_public_json(const struct descriptor *d,
			    const struct luks_header *h, struct buf *ret);

/* The whole of it with a line feed, into the empty *RET; -ENOMEM. */
int descriptor_whole_json(const struct descriptor *d,
			  const struct luks_header *h,
			  struct secret *ret) must_check;

#endif /* DESCRIPTOR_H */
