/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

static enum log_level log_max = LOG_INFO_LEVEL;
static bool log_journal;
static const char *step_name;
static struct reason kept;

void log_setup(enum log_level max, bool journal)
{
	log_max = max;
	log_journal = journal;
}

void log_verbose(void)
{
	log_max = LOG_DEBUG_LEVEL;
}

void log_step(const char *step)
{
	step_name = step;
}

void log_escape(char *out, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	assert(size > 0);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = c >= 0x20 && c <= 0x7e && c != '\\';

		if (size - n <= (plain ? 1 : 4))
			break;
		if (plain) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n] = '\0';
}

/* One write(2) per line, so that lines of others do not get between. */
static void put_line(int fd, enum log_level level, bool with_level,
		     const char *text)
{
	char line[LOG_LINE_MAX + 64];
	char prefix[8] = "";
	int n;

	if (with_level)
		(void)snprintf(prefix, sizeof(prefix), "<%d>", (int)level);
	n = snprintf(line, sizeof(line), "%spostern: %s%s%s\n", prefix,
		     step_name ? step_name : "", step_name ? ": " : "", text);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(line)) {
		n = (int)sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	if (write(fd, line, (size_t)n) < 0)
		return;		/* there is nowhere to say so */
}

void log_line(enum log_level level, const char *format, ...)
{
	char raw[LOG_LINE_MAX], text[LOG_LINE_MAX];
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, format);
	(void)vsnprintf(raw, sizeof(raw), format, ap);
	va_end(ap);
	log_escape(text, sizeof(text), raw);
	put_line(STDERR_FILENO, level, log_journal, text);
}

int fail(int r, enum code code, const char *format, ...)
{
	va_list ap;

	kept.code = code;
	va_start(ap, format);
	(void)vsnprintf(kept.text, sizeof(kept.text), format, ap);
	va_end(ap);
	return r;
}

int fail_reason(int r, const struct reason *why)
{
	kept = *why;
	return r;
}

const struct reason *failure(void)
{
	return &kept;
}

void failure_clear(void)
{
	kept = (struct reason){ 0 };
}

void log_failure(int r, bool to_kmsg)
{
	char text[LOG_LINE_MAX], escaped[REASON_TEXT_MAX];
	int fd;

	if (kept.code == CODE_NONE)
		(void)fail(r, CODE_INTERNAL, "%s", strerror(-r));
	log_escape(escaped, sizeof(escaped), kept.text);
	(void)snprintf(text, sizeof(text), "%s: %s; %s", code_name(kept.code),
		       escaped, code_hint(kept.code));
	put_line(STDERR_FILENO, LOG_ERR_LEVEL, log_journal, text);
	if (!to_kmsg)
		return;
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	put_line(fd, LOG_ERR_LEVEL, true, text);
	(void)close(fd);
}
