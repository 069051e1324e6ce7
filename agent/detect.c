/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "attester.h"
#include "buf.h"
#include "detect.h"
#include "file.h"
#include "log.h"

/* CPUID leaves and MSRs, all of tee-abi.md 5. */
enum {
	LEAF_VENDOR = 0,
	LEAF_FEATURES = 1,
	LEAF_TDX = 0x21,
};
#define LEAF_HYPERVISOR		0x40000000u
#define LEAF_HYPERV_FEATURES	0x40000003u
#define LEAF_HYPERV_ISOLATION	0x4000000cu
#define LEAF_EXTENDED		0x80000000u
#define LEAF_SEV		0x8000001fu
#define MSR_SEV_STATUS		0xc0010131u

#define BIT(n)	(UINT32_C(1) << (n))

/* The 12 characters that CPUID spreads over three registers. */
static bool spells(const char *text, uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t words[] = { a, b, c };

	return memcmp(words, text, sizeof(words)) == 0;
}

static const char *detect_amd(const struct machine *m)
{
	struct cpuid c;
	uint64_t status;

	if (!m->cpuid(LEAF_EXTENDED, 0, &c) || c.eax < LEAF_SEV ||
	    !m->cpuid(LEAF_SEV, 0, &c) || !(c.eax & BIT(1)))
		return NULL;
	if (!m->msr(MSR_SEV_STATUS, &status))
		/* Both are there in an SNP guest only. */
		return m->exists("/sys/devices/system/cpu/sev/vmpl") ||
		       m->exists("/sys/devices/platform/sev-guest") ? "snp" : NULL;
	if (status & BIT(2))
		return "snp";
	return status & (BIT(0) | BIT(1)) ? "sev" : NULL;
}

/* Azure's paravisor hides what the others look at. */
static const char *detect_hyperv(const struct machine *m)
{
	struct cpuid c;

	if (!m->cpuid(LEAF_HYPERVISOR, 0, &c) ||
	    !spells("Microsoft Hv", c.ebx, c.ecx, c.edx) ||
	    c.eax < LEAF_HYPERV_ISOLATION || c.eax > 0x4000ffff)
		return NULL;
	if (!m->cpuid(LEAF_HYPERV_FEATURES, 0, &c) || !(c.ebx & BIT(22)) ||
	    (c.ebx & BIT(12)) || !m->cpuid(LEAF_HYPERV_ISOLATION, 0, &c))
		return NULL;
	if ((c.ebx & 0xf) == 2)
		return "az-snp-vtpm";
	return (c.ebx & 0xf) == 3 ? "az-tdx-vtpm" : NULL;
}

static const char *detect_x86(const struct machine *m)
{
	const char *found = NULL;
	struct cpuid vendor, c;

	/* Without the hypervisor's bit it is bare metal. */
	if (!m->cpuid(LEAF_VENDOR, 0, &vendor) ||
	    !m->cpuid(LEAF_FEATURES, 0, &c) || !(c.ecx & BIT(31)))
		return NULL;
	if (vendor.eax >= LEAF_TDX && m->cpuid(LEAF_TDX, 0, &c) &&
	    spells("IntelTDX    ", c.ebx, c.edx, c.ecx))
		return "tdx";
	/* Hygon's CPUs descend from AMD's, but their guests are not SEV. */
	if (spells("HygonGenuine", vendor.ebx, vendor.edx, vendor.ecx))
		return m->exists("/dev/csv-guest") ? "csv" : NULL;
	if (spells("AuthenticAMD", vendor.ebx, vendor.edx, vendor.ecx))
		found = detect_amd(m);
	return found ? found : detect_hyperv(m);
}

const char *detect_tee(const struct machine *m)
{
	const char *found = detect_x86(m);

	if (found)
		return found;
	if (m->exists("/sys/devices/platform/arm-cca-dev"))
		return "cca";
	if (m->reads("/sys/firmware/uv/prot_virt_guest", "1"))
		return "se";
	return m->exists("/dev/tpmrm0") || m->exists("/dev/tpm0") ? "tpm" : NULL;
}

static const struct attester *find(const struct attester *const *table,
				   const char *name)
{
	for (; *table; table++)
		if (strcmp((*table)->name, name) == 0)
			return *table;
	return NULL;
}

static int choose_auto(const struct attester *const *table, const char *seen,
		       const struct attester **ret)
{
	bool is_tee = seen && strcmp(seen, "tpm") != 0;
	const struct attester *a = is_tee ? find(table, seen) : NULL;

	if (is_tee && !(a && a->probe()))
		return fail(-ENODEV, CODE_NO_TEE, "this machine looks like '%s', "
			    "but %s", seen, a ? "its device is not there" :
			    "this version of postern cannot speak for it");
	for (; *table && !a; table++)
		if (!(*table)->only_by_name && (*table)->probe())
			a = *table;
	if (!a)
		return fail(-ENODEV, CODE_NO_TEE, "no TEE was found");
	log_warn("the TEE is not pinned: tee = auto found '%s'", a->name);
	*ret = a;
	return 0;
}

int detect_choose(const struct machine *m, const struct attester *const *table,
		  const char *tee, const struct attester **ret)
{
	const char *seen = detect_tee(m);
	const struct attester *a = find(table, tee);
	bool other = seen && strcmp(seen, tee) != 0 && strcmp(seen, "tpm") != 0;

	if (strcmp(tee, "auto") == 0)
		return choose_auto(table, seen, ret);
	/* A confidential VM may have a TPM too, and be asked to attest by it. */
	if (other && strcmp(tee, "tpm") == 0)
		log_warn("this machine looks like '%s', which is stronger than "
			 "the configured 'tpm'", seen);
	else if (other && !(a && a->only_by_name))
		return fail(-ENODEV, CODE_TEE_MISMATCH, "this machine looks like "
			    "'%s', and '%s' is configured", seen, tee);
	if (!a || !a->probe())
		return fail(-ENODEV, CODE_NO_TEE, "TEE '%s' was not found", tee);
	*ret = a;
	return 0;
}

/* --- this machine --- */

static bool this_cpuid(uint32_t leaf, uint32_t subleaf, struct cpuid *ret)
{
#if defined(__x86_64__)
	__cpuid_count(leaf, subleaf, ret->eax, ret->ebx, ret->ecx, ret->edx);
	return true;
#else
	(void)leaf;
	(void)subleaf;
	(void)ret;
	return false;
#endif
}

static bool this_msr(uint32_t number, uint64_t *ret)
{
	cleanup_fd int fd = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
	uint64_t value;

	/* The offset is the register's number (msr(4)). */
	if (fd < 0 || pread(fd, &value, sizeof(value), (off_t)number) !=
	    (ssize_t)sizeof(value))
		return false;
	*ret = value;
	return true;
}

static bool this_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool this_reads(const char *path, const char *text)
{
	cleanup_buf struct buf b = BUF(64);
	size_t len = strlen(text);

	if (file_read(path, &b) < 0 || !buf_cstr(&b) || b.len < len)
		return false;
	return memcmp(b.data, text, len) == 0 &&
	       (b.len == len || (b.len == len + 1 && b.data[len] == '\n'));
}

const struct machine this_machine = {
	.cpuid = this_cpuid,
	.msr = this_msr,
	.exists = this_exists,
	.reads = this_reads,
};
