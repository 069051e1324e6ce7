/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - lines on stderr, one per event
 *
 * The console belongs to the host and the text may come from it: every byte
 * outside 0x20..0x7e and the backslash are printed as \xNN, and a line is cut
 * at LOG_LINE_MAX.  No secret, token or message body is ever passed to these
 * functions.
 *
 * A failure is reported where it is born with fail(); callers pass the error
 * on in silence, and boot.c or main.c prints it with the step's name.
 */
#ifndef LOG_H
#define LOG_H

#include "reason.h"

#define LOG_LINE_MAX	1024

enum log_level {
	LOG_ERR_LEVEL = 3,	/* numbers of syslog(3), for the journal */
	LOG_WARNING_LEVEL = 4,
	LOG_INFO_LEVEL = 6,
	LOG_DEBUG_LEVEL = 7,
};

/*
 * MAX is the highest level that is printed.  With JOURNAL each line starts
 * with its level in angle brackets, as sd-daemon(3) has it.
 */
void log_setup(enum log_level max, bool journal);

/* rd.postern.debug: from here on all lines are printed. */
void log_verbose(void);

/* The step that the lines to come belong to; a constant string, or NULL. */
void log_step(const char *step);

void log_line(enum log_level level, const char *format, ...) printf_like(2, 3);

#define log_warn(...)	log_line(LOG_WARNING_LEVEL, __VA_ARGS__)
#define log_info(...)	log_line(LOG_INFO_LEVEL, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_DEBUG_LEVEL, __VA_ARGS__)

/* Keeps the reason for log_failure() and returns R. */
int fail(int r, enum code code, const char *format, ...) printf_like(3, 4);

/* As fail(), with a reason that a parser has filled. */
int fail_reason(int r, const struct reason *why);

/* The reason kept last; code CODE_NONE when there is none. */
const struct reason *failure(void);

void failure_clear(void);

/*
 * Prints "postern: <step>: <CODE>: <sentence>; <hint>" at error level, and with
 * TO_KMSG to /dev/kmsg as well, so that it is on the console whatever reads
 * our stderr.  Without a kept reason the code is INTERNAL and R is named.
 */
void log_failure(int r, bool to_kmsg);

/*
 * Writes TEXT with all but printable ASCII as \xNN into OUT of SIZE bytes, cut
 * to fit, always terminated.
 */
void log_escape(char *out, size_t size, const char *text);

#endif /* LOG_H */
