/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * descriptor.h - what a key resource of the KBS holds
 *
 * Either raw bytes, which are the passphrase exactly as stored; or the TOML of
 * Trustee's provisioner plug-in; or a volume descriptor, a JSON object whose
 * key, UUID, generation and header MAC tell our volume from any other
 * (design.md 4.5).
 */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include "reason.h"
#include "secret.h"

#define DESCRIPTOR_UUID_LEN	36
#define DESCRIPTOR_MAC_LEN	32

struct descriptor {
	struct secret key;
	bool full;			/* the rest was there too */
	char uuid[DESCRIPTOR_UUID_LEN + 1];
	uint64_t generation;
	uint8_t header_mac[DESCRIPTOR_MAC_LEN];
	unsigned sector_size;		/* of the profile; 0: not said */
};

/*
 * Reads RESOURCE, which came from URI.  JSON that begins an object with the
 * member "postern" is a descriptor; whatever came from kbs+provisioner: is its
 * TOML; all else is raw.  -EBADMSG with RESOURCE and a sentence in *WHY; the
 * caller frees RET->key.
 */
int descriptor_parse(const struct secret *resource, const char *uri,
		     struct descriptor *ret, struct reason *why) must_check;

#endif /* DESCRIPTOR_H */
