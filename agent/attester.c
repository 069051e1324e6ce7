/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "attester.h"
#include "measurer.h"

const struct attester *attester_find(const char *name)
{
	size_t i;

	for (i = 0; attesters[i]; i++)
		if (strcmp(attesters[i]->name, name) == 0)
			return attesters[i];
	return NULL;
}

const struct measurer *measurer_find(const char *name)
{
	size_t i;

	for (i = 0; measurers[i]; i++)
		if (strcmp(measurers[i]->name, name) == 0)
			return measurers[i];
	return NULL;
}
