/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sm3.h - the hash SM3, and HMAC with it
 *
 * The only cryptography that is our own: Hygon's CPUs want this hash in a
 * request for a report, and mbedTLS 3.6 does not have it.  All that is hashed
 * with it is public.  It has no state, allocates nothing and cannot fail.
 * crypto.h offers it as HASH_SM3; the functions here are for where no error is
 * expected, and for HMAC.
 *
 * Documents: GB/T 32905-2016 (ISO/IEC 10118-3:2018, in English
 * draft-sca-cfrg-sm3); RFC 2104.
 */
#ifndef SM3_H
#define SM3_H

#include "util.h"

#define SM3_LEN	32

void sm3(const void *data, size_t len, uint8_t ret[static SM3_LEN]);

/* A KEY of at most 64 bytes, one block. */
void sm3_hmac(const void *key, size_t key_len, const void *data, size_t len,
	      uint8_t ret[static SM3_LEN]);

#endif /* SM3_H */
