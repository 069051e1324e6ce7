/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jwe.h - opens what the KBS encrypted to the TEE key
 *
 * Flattened JWE JSON serialisation (RFC 7516 7.2.2) with the members that
 * Trustee sends (kbs-wire.md 3.3) and no others; "aad", other algorithms than
 * the one offered and other curves are refused.
 */
#ifndef JWE_H
#define JWE_H

#include "reason.h"

struct secret;
struct tee_key;

/*
 * -EBADMSG with code JWE and a sentence in *WHY when the text is not what was
 * offered or does not decrypt, -ENOMEM, -EIO.  *RET must be empty.
 */
int jwe_open(const char *text, size_t len, const struct tee_key *key,
	     struct secret *ret, struct reason *why) must_check;

#endif /* JWE_H */
