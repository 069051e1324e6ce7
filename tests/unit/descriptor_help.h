/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptor_help.h - resources as text, and keys compared with text */
#ifndef DESCRIPTOR_HELP_H
#define DESCRIPTOR_HELP_H

#include <string.h>

#include "descriptor.h"
#include "vector.h"

static inline int parse(const char *text, const char *uri, struct descriptor *ret,
			struct reason *why)
{
	cleanup_secret struct secret s = { 0 };

	if (*text)
		s = secret_text(text);
	*why = (struct reason){ 0 };
	return descriptor_parse(&s, uri, ret, why);
}

static inline bool key_is(const struct descriptor *d, const char *text)
{
	return d->key.len == strlen(text) &&
	       memcmp(d->key.data, text, d->key.len) == 0;
}

#endif /* DESCRIPTOR_HELP_H */
