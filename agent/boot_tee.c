/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attester.h"
#include "boot.h"
#include "detect.h"
#include "log.h"

int boot_find_tee(struct boot *b)
{
	const char *metadata = b->config.network.metadata;
	const struct attester *a = NULL;
	int r;

	r = detect_choose(&this_machine, attesters, b->config.agent.tee, &a);
	if (r < 0)
		return r;
	b->session.attester = a;
	if (!a->metadata)
		return 0;
	/* With tee = auto the configuration could not be checked for it. */
	if (!metadata[0])
		return fail(-EINVAL, CODE_CONFIG,
			    "TEE '%s' needs metadata in [network]", a->name);
	a->metadata(metadata);
	return 0;
}

bool boot_has_older(const struct boot *b, int r)
{
	const struct attester *a = b->session.attester;

	if (r != -EAGAIN || !b->session.denied ||
	    failure()->code != CODE_KBS_REFUSED || !a->older || !a->older())
		return false;
	log_warn("%s; trying an older form of the evidence", failure()->text);
	return true;
}
