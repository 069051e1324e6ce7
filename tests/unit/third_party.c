/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "file.h"
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
	char path[512];
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s", dir(), name);
	r = file_read(path, ret);
	if (r < 0)
		printf("# cannot read %s: %s\n", path, strerror(-r));
	return r == 0;
}

bool third_party_load(struct vector *v, const char *name)
{
	struct reason why = { 0 };

	if (!third_party_read(name, &v->text))
		return false;
	if (json_parse(&v->json, (const char *)v->text.data, v->text.len,
		       CODE_INTERNAL, &why) == 0)
		return true;
	printf("# %s: %s\n", name, why.text);
	return false;
}
