/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "config.h"

static int take(const char *word, size_t len, struct cmdline *c,
		struct reason *why)
{
	bool *flag = NULL;

	if (len == 12 && memcmp(word, "rd.postern=0", 12) == 0)
		flag = &c->skip;
	else if (len == 16 && memcmp(word, "rd.postern.debug", 16) == 0)
		flag = &c->debug;
	if (!flag)
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "kernel parameter '%.*s' is not known",
				  (int)MIN(len, 60), word);
	if (*flag)
		return reason_set(why, -EINVAL, CODE_CONFIG,
				  "kernel parameter '%.*s' is there twice",
				  (int)len, word);
	*flag = true;
	return 0;
}

int cmdline_parse(const char *text, struct cmdline *ret, struct reason *why)
{
	static const char ours[] = "rd.postern";
	struct cmdline c = { 0 };
	int r = 0;

	while (*text && r == 0) {
		size_t len = strcspn(text, " \t\n");

		/* The kernel takes '-' for '_' in names, and quotes: both are
		 * left alone, since no parameter of ours has either. */
		if (len >= sizeof(ours) - 1 &&
		    memcmp(text, ours, sizeof(ours) - 1) == 0)
			r = take(text, len, &c, why);
		text += len;
		text += strspn(text, " \t\n");
	}
	if (r == 0)
		*ret = c;
	return r;
}
