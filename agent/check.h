/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - the lines that postern check prints
 *
 * Between command_check.c and check_image.c only.
 */
#ifndef CHECK_H
#define CHECK_H

#include "reason.h"

struct options;

struct checks {
	bool json;
	unsigned count, failed;
	int worst;			/* exit status */
};

/*
 * One line: TOPIC is as it should be, which GOOD describes, or with R < 0 the
 * kept reason why not, and FIX, or with NULL the hint of its code; STATUS is
 * what the program then exits with.
 */
void check_tell(struct checks *c, int r, int status, const char *topic,
		const char *good, const char *fix);

/* What is in the folder or initramfs that the options name. */
void check_image(struct checks *c, const struct options *o);

#endif /* CHECK_H */
