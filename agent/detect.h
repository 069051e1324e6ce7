/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * detect.h - which TEE this machine looks like (tee-abi.md 5)
 *
 * In a plain VM the host decides what we see here, so none of this proves a TEE:
 * only evidence that the KBS verifies does.  Detection picks the code path for
 * tee = auto, and names the error early when the machine contradicts the
 * configuration.  No key depends on it.
 */
#ifndef DETECT_H
#define DETECT_H

#include "util.h"

struct attester;

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* What is looked at; a test has another machine. */
struct machine {
	/* False where there is no CPUID. */
	bool (*cpuid)(uint32_t leaf, uint32_t subleaf, struct cpuid *ret);
	/* A model specific register; false where it cannot be read. */
	bool (*msr)(uint32_t number, uint64_t *ret);
	bool (*exists)(const char *path);
	/* The file's only line is TEXT. */
	bool (*reads)(const char *path, const char *text);
};

extern const struct machine this_machine;

/*
 * The name, as in tee=, of the TEE that M looks like: "tdx", "snp", "sev",
 * "az-snp-vtpm", "az-tdx-vtpm", "csv", "cca", "se"; "tpm" when there is only a
 * TPM, NULL when there is nothing.
 */
const char *detect_tee(const struct machine *m);

/*
 * Chooses from the NULL-terminated TABLE what TEE, the value of tee=, asks for.
 * A name is pinned: TEE_MISMATCH when M looks like another TEE, NO_TEE when the
 * attester does not find its device.  "auto" takes what M looks like or, when
 * that says nothing, the first whose device is there; never one only_by_name.
 * Returns -ENODEV with the reason kept.
 */
int detect_choose(const struct machine *m, const struct attester *const *table,
		  const char *tee, const struct attester **ret) must_check;

#endif /* DETECT_H */
