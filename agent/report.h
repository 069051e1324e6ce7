/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - the boot report (design.md 4.6): what was done, and how far the
 * evidence reaches; nothing in it is secret
 */
#ifndef REPORT_H
#define REPORT_H

#include "reason.h"

#define REPORT_PATH	"/run/postern/report.json"

struct boot;
struct buf;

/* Appends the report as one JSON text. */
int report_json(const struct boot *b, enum code result,
		struct buf *ret) must_check;

/* Writes it to REPORT_PATH, mode 0644; a failure is a line in the log. */
void report_write(const struct boot *b, enum code result);

/*
 * Prints the report at PATH on stdout, for people or with JSON as it is, and what
 * the registers hold now.  0, or an error with the reason kept.
 */
int report_print(const char *path, bool json) must_check;

#endif /* REPORT_H */
