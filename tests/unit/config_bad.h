/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_bad.h - configurations, called "c", that must be refused
 */
#ifndef CONFIG_BAD_H
#define CONFIG_BAD_H

#include "config.h"
#include "test.h"

struct config_bad {
	const char *text, *sentence;
};

static inline void check_refused(const struct config_bad *bad, size_t count)
{
	static struct config c;		/* big */
	size_t i;

	for (i = 0; i < count; i++) {
		struct reason why = { 0 };

		CASE(bad[i].text);
		CHECK_EQ_INT(config_parse(bad[i].text, strlen(bad[i].text), "c",
					  &c, &why), -EINVAL);
		CHECK_EQ_INT(why.code, CODE_CONFIG);
		CHECK_EQ_STR(why.text, bad[i].sentence);
		CHECK(!c.loaded);
		config_free(&c);
	}
}

#endif /* CONFIG_BAD_H */
