/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "third_party.h"

#define DEFAULT_DIR	"../shared/vectors/third-party"

static const char *dir(void)
{
	const char *name = getenv("POSTERN_VECTORS");

	return name && *name ? name : DEFAULT_DIR;
}

bool third_party_there(void)
{
	return access(dir(), R_OK | X_OK) == 0;
}

bool third_party_read(const char *name, struct buf *ret)
{
	return vector_read_in(dir(), name, ret);
}

bool third_party_load(struct vector *v, const char *name)
{
	return vector_load_in(dir(), v, name);
}
