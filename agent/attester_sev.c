/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attester_sev.c - AMD SEV and SEV-ES, which have no evidence from inside
 *
 * The owner judged the guest from outside, before its secret was injected; what
 * remains to do here is to say so.  See keyproviders/efi_secret.h.
 */
#include <string.h>

#include "attester.h"
#include "detect.h"
#include "efi_secret.h"
#include "log.h"

static bool probe(void)
{
	const char *seen;

	if (access(EFI_SECRET_DIR, F_OK) == 0 ||
	    access("/sys/module/efi_secret", F_OK) == 0)
		return true;
	seen = detect_tee(&this_machine);
	return seen && strcmp(seen, "sev") == 0;
}

static int evidence(const struct digest *report_data, struct buf *ret)
{
	(void)report_data;
	(void)ret;
	return fail(-ENODEV, CODE_NO_TEE, "SEV has no evidence from inside, which "
		    "a KBS needs: it has efi-secret: alone");
}

const struct attester attester_sev = {
	.name = "sev",
	.hash = HASH_SHA384,
	.nominal = 3,
	.trustworthy = 0,
	.level_reason = "SEV has no evidence from inside: only the owner knows "
			"what was checked before the secret was injected",
	.probe = probe,
	.evidence = evidence,
};
