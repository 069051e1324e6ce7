/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "snp_report.h"

/* Table 23. */
#define VERSION_MIN	2
#define VERSION_CPUID	3	/* from here on */
#define VERSION_MIT	5	/* mitigation vectors, from here on */
#define VERSION_MAX	5

#define CPUID_AT	0x188
#define CHIP_ID_AT	0x1a0
#define CHIP_ID_LEN	64
#define TURIN_ID_LEN	8	/* the rest of its CHIP_ID is zero */
#define FAMILY_ZEN3	0x19	/* Milan and Genoa */
#define FAMILY_ZEN5	0x1a	/* Turin and later */

#define POLICY_DEBUG	(1u << 19)

enum form {
	U32, U64,
	BYTES,		/* an array of len numbers */
	TCB,		/* an object of TCB_VERSION */
	FIRMWARE,	/* an object of BUILD, MINOR, MAJOR */
	CPUID,		/* U8, or null where there is none */
	MIT,		/* U64, or null where there is none */
	SIGNATURE,	/* an object of r and s */
};

/* kbs-wire.md 4.3, in its order. */
static const struct field {
	const char *name;
	enum form form;
	uint16_t at, len;
} fields[] = {
	{ "version", U32, 0x000, 4 },
	{ "guest_svn", U32, 0x004, 4 },
	{ "policy", U64, 0x008, 8 },
	{ "family_id", BYTES, 0x010, 16 },
	{ "image_id", BYTES, 0x020, 16 },
	{ "vmpl", U32, 0x030, 4 },
	{ "sig_algo", U32, 0x034, 4 },
	{ "current_tcb", TCB, 0x038, 8 },
	{ "plat_info", U64, 0x040, 8 },
	{ "key_info", U32, 0x048, 4 },
	{ "report_data", BYTES, 0x050, SNP_REPORT_DATA_LEN },
	{ "measurement", BYTES, 0x090, 48 },
	{ "host_data", BYTES, 0x0c0, SNP_HOST_DATA_LEN },
	{ "id_key_digest", BYTES, 0x0e0, 48 },
	{ "author_key_digest", BYTES, 0x110, 48 },
	{ "report_id", BYTES, 0x140, 32 },
	{ "report_id_ma", BYTES, 0x160, 32 },
	{ "reported_tcb", TCB, 0x180, 8 },
	{ "cpuid_fam_id", CPUID, CPUID_AT, 1 },
	{ "cpuid_mod_id", CPUID, CPUID_AT + 1, 1 },
	{ "cpuid_step", CPUID, CPUID_AT + 2, 1 },
	{ "chip_id", BYTES, CHIP_ID_AT, CHIP_ID_LEN },
	{ "committed_tcb", TCB, 0x1e0, 8 },
	{ "current", FIRMWARE, 0x1e8, 3 },
	{ "committed", FIRMWARE, 0x1ec, 3 },
	{ "launch_tcb", TCB, 0x1f0, 8 },
	{ "launch_mit_vector", MIT, 0x1f8, 8 },
	{ "current_mit_vector", MIT, 0x200, 8 },
	{ "signature", SIGNATURE, 0x2a0, 144 },
};

/* All but the signature is signed; the rest behind r and s is not looked at. */
#define SIGNED_LEN	0x2a0

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the SNP report %s", what);
}

static uint64_t number(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	while (len > 0)
		v = v << 8 | p[--len];
	return v;
}

/* What FORM is in a report of this kind; 0: it is not there, and so zero. */
static size_t used(const struct snp_report *s, const struct field *f)
{
	if ((f->form == CPUID && s->version < VERSION_CPUID) ||
	    (f->form == MIT && s->version < VERSION_MIT))
		return 0;
	return f->len;
}

/* 2.2: the bytes between the four or five versions are reserved. */
static bool tcb_good(const struct snp_report *s, const uint8_t *p)
{
	return s->turin ? all_zero(p + 4, 3) : all_zero(p + 2, 4);
}

/* Whether the fields make up the whole of what is signed. */
static bool nothing_else(const struct snp_report *s)
{
	size_t i, at = 0;

	for (i = 0; i < ARRAY_SIZE(fields) && at < SIGNED_LEN; i++) {
		const struct field *f = &fields[i];

		if (!all_zero(s->raw + at, f->at - at))
			return false;
		if (f->form == TCB && !tcb_good(s, s->raw + f->at))
			return false;
		at = f->at + used(s, f);
	}
	return true;
}

/*
 * Which form the TCB versions have.  A report of version 2 has no CPUID; Turin
 * leaves the most of CHIP_ID zero (tee-abi.md 4.1), unless it is masked.
 */
static int find_form(struct snp_report *s, struct reason *why)
{
	uint8_t family = s->raw[CPUID_AT];
	const uint8_t *id = s->raw + CHIP_ID_AT;

	if (s->version < VERSION_CPUID) {
		s->turin = all_zero(id + TURIN_ID_LEN,
				    CHIP_ID_LEN - TURIN_ID_LEN) &&
			   !all_zero(id, TURIN_ID_LEN);
		return 0;
	}
	if (family != FAMILY_ZEN3 && family != FAMILY_ZEN5)
		return reason_set(why, -EBADMSG, CODE_NO_TEE,
				  "the SNP report is of a CPU of family 0x%x, "
				  "which is not known", family);
	s->turin = family == FAMILY_ZEN5;
	return 0;
}

int snp_report_parse(const uint8_t *data, size_t len, struct snp_report *ret,
		     struct reason *why)
{
	struct snp_report s = { 0 };
	int r;

	if (len != SNP_REPORT_LEN)
		return reason_set(why, -EBADMSG, CODE_NO_TEE,
				  "the SNP report has %zu bytes, not %d", len,
				  SNP_REPORT_LEN);
	memcpy(s.raw, data, len);
	s.version = (uint32_t)number(data, 4);
	s.policy = number(data + 0x008, 8);
	s.vmpl = (uint32_t)number(data + 0x030, 4);
	s.key_info = (uint32_t)number(data + 0x048, 4);
	memcpy(s.report_data, data + 0x050, sizeof(s.report_data));
	memcpy(s.host_data, data + 0x0c0, sizeof(s.host_data));
	if (s.version < VERSION_MIN || s.version > VERSION_MAX)
		return reason_set(why, -EBADMSG, CODE_NO_TEE,
				  "the SNP report has version %u, which is not "
				  "known", s.version);
	r = find_form(&s, why);
	if (r < 0)
		return r;
	if (!nothing_else(&s))
		return bad(why, "has fields that are not known");
	if (all_zero(data + SIGNED_LEN, 144))
		return bad(why, "is not signed");
	*ret = s;
	return 0;
}

bool snp_debug(const struct snp_report *s)
{
	return s->policy & POLICY_DEBUG;
}

static void put_tcb(struct buf *b, const uint8_t *p, bool turin)
{
	if (turin)
		buf_printf(b, "{\"fmc\":%u,\"bootloader\":%u,\"tee\":%u,"
			   "\"snp\":%u,\"microcode\":%u}",
			   p[0], p[1], p[2], p[3], p[7]);
	else
		buf_printf(b, "{\"fmc\":null,\"bootloader\":%u,\"tee\":%u,"
			   "\"snp\":%u,\"microcode\":%u}",
			   p[0], p[1], p[6], p[7]);
}

static void put_signature(struct buf *b, const uint8_t *p)
{
	buf_str(b, "{\"r\":");
	buf_numbers(b, p, 72);
	buf_str(b, ",\"s\":");
	buf_numbers(b, p + 72, 72);
	buf_str(b, "}");
}

static void put_value(const struct snp_report *s, const struct field *f,
		      struct buf *b)
{
	const uint8_t *p = s->raw + f->at;

	switch (f->form) {
	case U32:
	case U64:
	case CPUID:
	case MIT:
		if (used(s, f))
			buf_printf(b, "%llu",
				   (unsigned long long)number(p, f->len));
		else
			buf_str(b, "null");
		break;
	case BYTES:
		buf_numbers(b, p, f->len);
		break;
	case TCB:
		put_tcb(b, p, s->turin);
		break;
	case FIRMWARE:
		buf_printf(b, "{\"major\":%u,\"minor\":%u,\"build\":%u}",
			   p[2], p[1], p[0]);
		break;
	case SIGNATURE:
		put_signature(b, p);
		break;
	}
}

void snp_report_json(const struct snp_report *s, struct buf *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		buf_printf(ret, "%s\"%s\":", i ? "," : "{", fields[i].name);
		put_value(s, &fields[i], ret);
	}
	buf_str(ret, "}");
}
