/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * level.h - how far the evidence of this boot really reaches
 *
 * Attestation levels of a confidential VM (threats.md, after Scopelliti et al.,
 * SysTEX'24): 0 nothing, 1 the TEE, 2 and its firmware, 3 and kernel, initramfs
 * and command line, 4 and the root file system.  Nominal is what holds if the
 * provider is trusted, trustworthy what a relying party can verify without.
 */
#ifndef LEVEL_H
#define LEVEL_H

#include "util.h"

#define LEVEL_REASONS_MAX	8

struct attester;
struct boot;

struct level {
	unsigned nominal, trustworthy;
	const char *reasons[LEVEL_REASONS_MAX];	/* why it is not higher */
	size_t count;
};

/* The trustworthy level that A's TEE reaches with the best of volumes. */
unsigned level_of_tee(const struct attester *a);

void level_compute(const struct boot *b, struct level *ret);

#endif /* LEVEL_H */
