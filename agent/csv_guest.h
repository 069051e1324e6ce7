/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv_guest.h - reports and registers of Hygon CSV, by /dev/csv-guest
 *
 * The driver is in the kernels of Hygon and those who build on them, not in
 * Linux.  Source: drivers/virt/coco/csv-guest/csv-guest.[ch] there; tee-abi.md
 * 3.4.
 *
 * The registers are those of CSV3, 0 to 4; the log counts them likewise.  0 is
 * the launch measurement, 1 to 3 are the firmware's and the boot chain's, and
 * the kernel lets us extend 3 and 4.
 */
#ifndef CSV_GUEST_H
#define CSV_GUEST_H

#include "crypto.h"
#include "csv_report.h"

#define CSV_GUEST_DEVICE	"/dev/csv-guest"

/*
 * Has the firmware fill the page at RET.  Only where there are registers may
 * EXTENDED be asked for.  -EAGAIN when the driver is busy, all else is final;
 * the reason is kept.
 */
int csv_guest_report(const char *device,
		     const uint8_t user_data[static CSV_USER_DATA_LEN],
		     const uint8_t mnonce[static CSV_MNONCE_LEN], bool extended,
		     uint8_t ret[static CSV_REPORT_LEN]) must_check;

/* The firmware has registers; no side effect. */
bool csv_guest_has_rtmr(const char *device);

/* The value, SM3.  The reason is kept, code MEASURE, for both. */
int csv_guest_rtmr_read(const char *device, unsigned index,
			struct digest *ret) must_check;

/*
 * Extends it by the SM3 digest D, and looks whether it then holds what it
 * should: SM3 of the old value and D.
 */
int csv_guest_rtmr_extend(const char *device, unsigned index,
			  const struct digest *d) must_check;

#endif /* CSV_GUEST_H */
