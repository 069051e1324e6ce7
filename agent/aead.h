/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aead.h - which of the kernel's authenticated ciphers is the fastest here
 *
 * On which processor which of them wins is not to be known beforehand, so it
 * is measured, through AF_ALG (Documentation/crypto/userspace-if.rst of Linux
 * 6.12).  The host can slow down either, and so choose; each is a good one.
 */
#ifndef AEAD_H
#define AEAD_H

#include "luks_suite.h"

/*
 * The suite with LUKS_INTEGRITY_AEAD that encrypts the most bytes in a second;
 * what was measured is logged.  AES-GCM when the kernel lets nothing be
 * measured.  Takes some milliseconds.
 */
const struct luks_suite *aead_fastest(void);

#endif /* AEAD_H */
