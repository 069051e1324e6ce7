/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sev_guest.h - SNP reports by /dev/sev-guest, for kernels before configfs-tsm
 *
 * The driver gives up its key, for ever, after a request that it does not like:
 * so nothing is tried here that could be refused (tee-abi.md 3.1).
 */
#ifndef SEV_GUEST_H
#define SEV_GUEST_H

#include "buf.h"
#include "snp_report.h"

#define SEV_GUEST_DEVICE	"/dev/sev-guest"

/*
 * Appends a report of DATA, as the firmware gave it, and the host's table of
 * certificates, if there is one.  -ENOENT without the device, -EAGAIN when the
 * host is busy, all else is final; the reason is kept.
 */
int sev_guest_report(const char *device,
		     const uint8_t data[static SNP_REPORT_DATA_LEN],
		     struct buf *ret_report, struct buf *ret_certs) must_check;

#endif /* SEV_GUEST_H */
