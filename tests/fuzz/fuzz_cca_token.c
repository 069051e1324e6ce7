/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The token of an Arm CCA realm, and with it all that cbor.h gets from outside. */
#include "../../agent/cca_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { 0 };
	struct cca_token t;
	int r;

	r = cca_token_parse(data, size, &t, &why);
	if (r < 0 && !why.code)
		abort();
	/* What was parsed answers its own challenge, so that all is looked at. */
	if (r == 0 && cca_token_check(&t, t.realm.challenge, &why) > 0)
		abort();
	return 0;
}
