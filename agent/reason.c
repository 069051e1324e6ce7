/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "reason.h"

static const struct {
	const char *name, *hint;
} codes[] = {
	[CODE_NONE] = { "ok", "" },
#define X(name, hint) [CODE_##name] = { #name, hint },
	REASON_CODES(X)
#undef X
};

const char *code_name(enum code code)
{
	assert(code < CODE_COUNT);
	return codes[code].name;
}

const char *code_hint(enum code code)
{
	assert(code < CODE_COUNT);
	return codes[code].hint;
}

int reason_set(struct reason *why, int r, enum code code,
	       const char *format, ...)
{
	va_list ap;

	if (!why)
		return r;
	why->code = code;
	va_start(ap, format);
	(void)vsnprintf(why->text, sizeof(why->text), format, ap);
	va_end(ap);
	return r;
}
