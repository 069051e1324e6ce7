/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signature.h - whether a device holds something that somebody may want
 *
 * For a volume with a random key, which is written over in every boot.  What the
 * boot before left there is noise, so that "not blank" says nothing; this looks
 * for what people lose by a wrong name in a configuration.  It guards against a
 * slip, not against the host, which can overwrite its disks at any time.
 *
 * A swap area is no such thing: it is what such a device held before.
 */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include "util.h"

/* The superblock of btrfs, at 64 KiB, ends what is looked at. */
#define SIGNATURE_HEAD_LEN	(68 * 1024)

/* The spare header of a GPT is in the last block, of 512 or 4096 bytes. */
#define SIGNATURE_TAIL_LEN	4096

/*
 * What the device with these bytes at its start and at its end holds, for a
 * sentence: "a LUKS header"; NULL when nothing is known.  Either part may be
 * shorter.  Noise is taken for one of them once in some 2^29 times.
 */
const char *signature_find(const uint8_t *head, size_t head_len,
			   const uint8_t *tail, size_t tail_len) must_check;

#endif /* SIGNATURE_H */
