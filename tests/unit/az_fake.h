/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * az_fake.h - another vTPM and metadata service, for test_attester_az*.c
 *
 * What the machine does is in a struct that a test changes after reset().  The
 * program names the linker's flags: --wrap for all that is wrapped here.
 */
#ifndef AZ_FAKE_H
#define AZ_FAKE_H

#include <time.h>

#include "attester.h"
#include "hcl_fake.h"
#include "json.h"
#include "log.h"
#include "metadata.h"
#include "tpm.h"

#define ADDRESS		"192.0.2.1"
#define AK_BYTE		0xc5
#define DIGEST_LEN	48
#define OUT_MAX		(64 * 1024)
#define TD_QUOTE_LEN	(48 + 584 + 4 + 8)
#define QUOTE_DATA_AT	568

extern const struct attester attester_az_snp, attester_az_tdx;

bool __wrap_tpm_present(void);
int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret);
void __wrap_tpm_close(struct tpm *t);
void __wrap_tpm_close_ptr(struct tpm **t);
int __wrap_tpm_nv_read(struct tpm *t, uint32_t index, struct buf *ret);
int __wrap_tpm_nv_store(struct tpm *t, uint32_t index, const void *data,
			size_t len);
int __wrap_tpm_ak_find(struct tpm *t, uint32_t handle, struct tpm_ak *ret);
int __wrap_tpm_quote(struct tpm *t, const struct tpm_ak *ak, const void *nonce,
		     size_t len, struct tpm_quote *ret);
int __wrap_tpm_pcrs(struct tpm *t, struct tpm_pcrs *ret);
int __wrap_metadata_vcek(const char *address, struct buf *ret);
int __wrap_metadata_td_quote(const char *address, const uint8_t *report,
			     size_t len, struct buf *ret);
int __wrap_nanosleep(const struct timespec *t, struct timespec *left);

/* The machine. */
static struct {
	enum hcl_type type;
	uint8_t ak_byte;		/* of the key at the handle */
	struct buf recorded;		/* a report in place of one made here */
	bool no_user_data, deaf;
	uint8_t user_data[HCL_USER_DATA_LEN];
	uint8_t stored[HCL_USER_DATA_LEN];
	unsigned renew_at;		/* this read after a store is the first new */
	unsigned torn;			/* so many reads are torn */
	size_t flip_at;			/* a byte of each report; 0: none */
	uint8_t flip;
	bool flip_quote;
	struct buf vcek;		/* or the TD quote */
	struct tpm_quote quote;
	struct tpm_pcrs pcrs;
	int absent, no_ak, no_store, no_quote, no_metadata;	/* errors */
	/* What happened. */
	unsigned opened, reads, stores, naps, asked;
} machine;

static struct { int unused; } fake_tpm;
static struct tpm *const the_tpm = (struct tpm *)(void *)&fake_tpm;

bool __wrap_tpm_present(void)
{
	return !machine.absent;
}

int __wrap_tpm_open(const char *device, enum code code, struct tpm **ret)
{
	CHECK(!device);
	if (machine.absent)
		return fail(machine.absent, code, "no TPM");
	machine.opened++;
	*ret = the_tpm;
	return 0;
}

void __wrap_tpm_close(struct tpm *t)
{
	machine.opened -= t != NULL;
}

void __wrap_tpm_close_ptr(struct tpm **t)
{
	__wrap_tpm_close(*t);
}

int __wrap_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	machine.naps++;
	return 0;
}

int __wrap_tpm_nv_read(struct tpm *t, uint32_t index, struct buf *ret)
{
	CHECK(t == the_tpm);
	CHECK_EQ_INT(index, 0x01400001);
	machine.reads++;
	if (machine.renew_at && --machine.renew_at == 0)
		memcpy(machine.user_data, machine.stored,
		       sizeof(machine.user_data));
	if (machine.recorded.len)
		buf_add(ret, machine.recorded.data, machine.recorded.len);
	else
		hcl_fake_usual(ret, machine.type, AK_BYTE, machine.no_user_data ?
			       NULL : machine.user_data);
	if (machine.flip_at)
		ret->data[machine.flip_at] ^= machine.flip;
	if (machine.torn) {
		machine.torn--;
		ret->data[8] ^= 1;
	}
	return buf_error(ret);
}

int __wrap_tpm_nv_store(struct tpm *t, uint32_t index, const void *data,
			size_t len)
{
	CHECK(t == the_tpm);
	CHECK_EQ_INT(index, 0x01400002);
	CHECK_EQ_INT(len, DIGEST_LEN);
	if (machine.no_store)
		return fail(machine.no_store, CODE_NO_TEE, "no NV");
	machine.stores++;
	memcpy(machine.stored, data, len);
	if (!machine.deaf)
		machine.renew_at = 3;
	return 0;
}

int __wrap_tpm_ak_find(struct tpm *t, uint32_t handle, struct tpm_ak *ret)
{
	struct hcl_report h;

	CHECK(t == the_tpm);
	CHECK_EQ_INT(handle, 0x81000003);
	if (machine.no_ak)
		return fail(machine.no_ak, CODE_NO_TEE, "no AK");
	memset(ret->modulus, machine.ak_byte, sizeof(ret->modulus));
	if (machine.recorded.len &&
	    CHECK(hcl_report_parse(machine.recorded.data, machine.recorded.len,
				   &h, NULL) == 0))
		memcpy(ret->modulus, h.ak, sizeof(h.ak));
	ret->handle = handle;
	ret->exponent = TPM_RSA_EXPONENT;
	return 0;
}

int __wrap_tpm_quote(struct tpm *t, const struct tpm_ak *ak, const void *nonce,
		     size_t len, struct tpm_quote *ret)
{
	CHECK(t == the_tpm);
	CHECK_EQ_INT(ak->handle, 0x81000003);
	CHECK_EQ_INT(len, DIGEST_LEN);
	CHECK_EQ_INT(((const uint8_t *)nonce)[0], machine.stored[0]);
	if (machine.no_quote)
		return fail(machine.no_quote, CODE_NO_TEE, "no quote");
	*ret = machine.quote;
	return 0;
}

int __wrap_tpm_pcrs(struct tpm *t, struct tpm_pcrs *ret)
{
	CHECK(t == the_tpm);
	*ret = machine.pcrs;
	return 0;
}

static inline int answer(const char *address, struct buf *ret)
{
	CHECK_EQ_STR(address, ADDRESS);
	machine.asked++;
	if (machine.no_metadata)
		return fail(machine.no_metadata, CODE_NO_TEE, "no answer");
	buf_add(ret, machine.vcek.data, machine.vcek.len);
	return buf_error(ret);
}

int __wrap_metadata_vcek(const char *address, struct buf *ret)
{
	CHECK_EQ_INT(machine.type, HCL_SNP);
	return answer(address, ret);
}

/* Unless there is a recorded one: a quote about the TDREPORT, and padding. */
int __wrap_metadata_td_quote(const char *address, const uint8_t *report,
			     size_t len, struct buf *ret)
{
	int r = answer(address, ret);

	CHECK_EQ_INT(machine.type, HCL_TDX);
	CHECK_EQ_INT(len, TD_REPORT_LEN);
	if (r < 0 || ret->len)
		return r;
	buf_u16le(ret, 4);
	buf_u16le(ret, 2);
	buf_u32le(ret, 0x81);
	while (ret->len < 48 + 584)
		buf_u8(ret, 0);
	buf_u32le(ret, 8);
	buf_add(ret, "signed..padding", 15);
	memcpy(ret->data + QUOTE_DATA_AT, report + 128, TD_REPORT_DATA_LEN);
	ret->data[QUOTE_DATA_AT + 63] ^= machine.flip_quote;
	return buf_error(ret);
}

static inline const struct attester *reset(enum hcl_type type)
{
	const struct attester *a = type == HCL_SNP ? &attester_az_snp :
				   &attester_az_tdx;

	a->finish();
	CHECK_EQ_INT(machine.opened, 0);
	buf_free(&machine.recorded);
	buf_free(&machine.vcek);
	memset(&machine, 0, sizeof(machine));
	machine.type = type;
	machine.ak_byte = AK_BYTE;
	machine.flip = 1;
	machine.recorded = (struct buf)BUF(HCL_REPORT_MAX);
	machine.vcek = (struct buf)BUF(METADATA_VCEK_MAX);
	machine.quote.message_len = 3;
	if (type == HCL_SNP)
		buf_str(&machine.vcek, "DER");
	failure_clear();
	a->metadata(ADDRESS);
	return a;
}

static inline struct digest digest(uint8_t byte)
{
	struct digest d = { .alg = HASH_SHA384 };

	memset(d.bytes, byte, DIGEST_LEN);
	return d;
}

/* Evidence over BYTE; its "version" in *RET_VERSION. */
static inline int ask(const struct attester *a, uint8_t byte, uint64_t *ret_version)
{
	cleanup_buf struct buf b = BUF(OUT_MAX);
	cleanup_json struct json j = { 0 };
	const struct digest d = digest(byte);
	int r;

	machine.stored[0] = byte;
	r = a->evidence(&d, &b);
	if (r < 0)
		return r;
	CHECK(buf_cstr(&b) && json_parse(&j, buf_cstr(&b), b.len, CODE_INTERNAL,
					 NULL) == 0);
	CHECK(json_u64(&j, json_member(&j, json_root(&j), "version"), 2,
		       ret_version) == 0);
	return r;
}

#endif /* AZ_FAKE_H */
