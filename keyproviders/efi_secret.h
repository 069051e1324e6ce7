/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efi_secret.h - the secrets that were injected when an SEV guest was launched
 *
 * The owner checked the launch measurement and then let the platform put the
 * secret into the guest's encrypted memory; the kernel shows each as a file
 * (tee-abi.md 3.5).  There is no evidence from inside, and no KBS.
 */
#ifndef EFI_SECRET_H
#define EFI_SECRET_H

#include "util.h"

struct secret;

#define EFI_SECRET_DIR	"/sys/kernel/security/secrets/coco"

/*
 * Reads the secret GUID from below DIR and erases it there, in the kernel's
 * memory too: nobody reads it a second time.  The reason is kept, with RESOURCE:
 * -ENOENT when it is not there (any more), -EMSGSIZE above KEY_MAX.
 */
int efi_secret_read(const char *dir, const char *guid,
		    struct secret *ret) must_check;

#endif /* EFI_SECRET_H */
