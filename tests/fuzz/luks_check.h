/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * luks_check.h - what is true of every LUKS2 header that is accepted
 */
#ifndef LUKS_CHECK_H
#define LUKS_CHECK_H

#include <string.h>

#include "luks_header.h"

#define DEVICE_SIZE	((uint64_t)64 * 1024 * 1024)
#define RAM		((uint64_t)256 * 1024 * 1024)

/* Whatever was accepted is one of these, or the host chose how to open it. */
static inline void luks_check(const struct luks_header *h)
{
	assert(h->suite && h->suite->cipher);
	assert(h->keyslot < 32);
	assert(h->area_size >= h->suite->key_len * 4000);
	assert(h->area_size < h->suite->key_len * 4000 + 4096);
	assert(h->area_offset >= LUKS_AREA_LEN);
	assert(h->area_offset + h->area_size <= h->data_offset);
	assert(strcmp(h->area_cipher, "aes-xts-plain64") == 0);
	assert(h->area_key_len == 64);
	assert(h->data_offset <= LUKS_DATA_OFFSET_MAX);
	assert(h->data_offset + h->data_size == DEVICE_SIZE);
	assert(h->sector_size == 512 || h->sector_size == 4096);
	assert(h->kdf_iterations && h->kdf_iterations <= 10000000);
	assert(h->kdf_memory <= RAM / 4 / 1024 && h->kdf_cpus <= 4);
	assert(strcmp(h->kdf, "pbkdf2") == 0 ?
	       h->kdf_hash && h->kdf_iterations >= 1000 :
	       strcmp(h->kdf, "argon2id") == 0 && h->kdf_iterations <= 16);
	assert(h->digest_iterations >= 1000);
	assert(h->digest_len == 32 || h->digest_len == 64);
}

#endif /* LUKS_CHECK_H */
