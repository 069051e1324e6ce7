/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtmr.h - the run-time measurement registers of TDX
 *
 * From Linux 6.16 on they are files of sysfs; before that, some vendors' kernels
 * have an ioctl (tee-abi.md 2.1, 2.2).  RTMR0 to RTMR2 belong to the firmware
 * and the boot chain; whoever calls rtmr_extend() has to know that.
 */
#ifndef RTMR_H
#define RTMR_H

#include "crypto.h"

/* Where they are looked for; a test has other places. */
struct rtmr_paths {
	const char *measurements;	/* directory */
	const char *device;
};

extern const struct rtmr_paths rtmr_paths;

/* RTMR INDEX can be read and extended; no side effect. */
bool rtmr_present(const struct rtmr_paths *p, unsigned index);

/* The value, SHA-384.  The reason is kept, code MEASURE, for both. */
int rtmr_read(const struct rtmr_paths *p, unsigned index,
	      struct digest *ret) must_check;

/*
 * Extends it by the SHA-384 digest D, and looks whether it then holds what it
 * should: SHA-384 of the old value and D.
 */
int rtmr_extend(const struct rtmr_paths *p, unsigned index,
		const struct digest *d) must_check;

#endif /* RTMR_H */
