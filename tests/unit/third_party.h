/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * third_party.h - data of other projects, which tests read and do not have
 *
 * They lie in the directory that POSTERN_VECTORS names, by default beside the
 * tree.  Where they are not, a test is skipped:
 *
 *	if (!third_party_there())
 *		SKIP(THIRD_PARTY_MISSING);
 */
#ifndef THIRD_PARTY_H
#define THIRD_PARTY_H

#include "vector.h"

#define THIRD_PARTY_MISSING	"no third-party vectors"

bool third_party_there(void);

/* Appends file NAME, as "tdx/tdx_quote_4.dat"; false with a "#" line. */
bool third_party_read(const char *name, struct buf *ret);

/* The same for a JSON file. */
bool third_party_load(struct vector *v, const char *name);

#endif /* THIRD_PARTY_H */
