/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "log.h"
#include "tpm_command.h"

/* Part 2, 6.3 (TPM_ALG_ID). */
static const TPM2_ALG_ID alg_ids[HASH_COUNT] = {
	[HASH_SHA1] = TPM2_ALG_SHA1,
	[HASH_SHA256] = TPM2_ALG_SHA256,
	[HASH_SHA384] = TPM2_ALG_SHA384,
	[HASH_SHA512] = TPM2_ALG_SHA512,
	[HASH_SM3] = TPM2_ALG_SM3_256,
};

/* How often the PCRs may change while they are read. */
#define READ_TRIES	5

static bool alg_of(TPM2_ALG_ID id, enum hash *ret)
{
	size_t i;

	for (i = 0; i < HASH_COUNT; i++) {
		if (alg_ids[i] != id)
			continue;
		*ret = (enum hash)i;
		return true;
	}
	return false;
}

static bool selected(const TPMS_PCR_SELECTION *s, unsigned pcr)
{
	return pcr / 8 < s->sizeofSelect &&
	       (s->pcrSelect[pcr / 8] >> (pcr % 8) & 1);
}

/* A bank that was not allocated is listed all the same, with an empty mask. */
static bool bank_in_use(const TPMS_PCR_SELECTION *s)
{
	unsigned i;

	for (i = 0; i < s->sizeofSelect; i++)
		if (s->pcrSelect[i])
			return true;
	return false;
}

static bool banks_have(const struct tpm_banks *b, enum hash alg)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (b->alg[i] == alg)
			return true;
	return false;
}

static int banks_add(const struct tpm *t, const TPMS_PCR_SELECTION *s,
		     unsigned pcr, struct tpm_banks *b)
{
	enum hash alg;

	if (!bank_in_use(s))
		return 0;
	if (!alg_of(s->hash, &alg))
		return fail(-ENOTSUP, t->device.code,
			    "the TPM's PCR bank of algorithm 0x%04x is in use and cannot be extended",
			    s->hash);
	if (banks_have(b, alg))
		return tpm_malformed(t, "TPM2_GetCapability",
				     "lists a bank twice");
	if (selected(s, pcr))
		b->alg[b->count++] = alg;
	return 0;
}

/* Part 3, 30.2 (TPM2_GetCapability): moreData, then TPMS_CAPABILITY_DATA. */
static int read_banks(struct tpm *t, TPML_PCR_SELECTION *ret)
{
	static const struct tpm_command command = {
		.name = "TPM2_GetCapability",
	};
	TPMS_CAPABILITY_DATA data;
	struct reader params;
	size_t at = 0;
	uint8_t more;
	int r;

	r = tpm_run(t, &command, Tss2_Sys_GetCapability_Prepare(t->sys,
			TPM2_CAP_PCRS, 0, 1), NULL, &params);
	if (r < 0)
		return r;
	if (!rd_u8(&params, &more) || more ||
	    Tss2_MU_TPMS_CAPABILITY_DATA_Unmarshal(params.p, params.left, &at,
						   &data) ||
	    at != params.left || data.capability != TPM2_CAP_PCRS)
		return tpm_malformed(t, command.name, "is no list of banks");
	*ret = data.data.assignedPCR;
	return 0;
}

int tpm_banks(struct tpm *t, unsigned pcr, struct tpm_banks *ret)
{
	struct tpm_banks banks = { .count = 0 };
	TPML_PCR_SELECTION list = { .count = 0 };
	uint32_t i;
	int r;

	assert(pcr < TPM_PCR_COUNT);
	r = read_banks(t, &list);
	if (r < 0)
		return r;
	for (i = 0; i < list.count; i++) {
		r = banks_add(t, &list.pcrSelections[i], pcr, &banks);
		if (r < 0)
			return r;
	}
	/* None at all, or SHA-1 and nothing else. */
	if (banks.count == (banks_have(&banks, HASH_SHA1) ? 1 : 0))
		return fail(-ENOTSUP, t->device.code,
			    "the TPM has no PCR %u in a bank of SHA-256 or better",
			    pcr);
	*ret = banks;
	return 0;
}

int tpm_extend(struct tpm *t, unsigned pcr, const struct digest *digests,
	       size_t count)
{
	static const struct tpm_command command = {
		.name = "TPM2_PCR_Extend", .auth = true,
	};
	TPML_DIGEST_VALUES values = { .count = (uint32_t)count };
	struct reader params;
	size_t i;
	int r;

	assert(pcr < TPM_PCR_COUNT);
	assert(count > 0 && count <= HASH_COUNT);
	for (i = 0; i < count; i++) {
		values.digests[i].hashAlg = alg_ids[digests[i].alg];
		memcpy(&values.digests[i].digest, digests[i].bytes,
		       hash_len(digests[i].alg));
	}
	r = tpm_run(t, &command,
		    Tss2_Sys_PCR_Extend_Prepare(t->sys, pcr, &values),
		    NULL, &params);
	if (r < 0)
		return r;
	if (!rd_empty(&params))
		return tpm_malformed(t, command.name, "has bytes left over");
	return 0;
}

static unsigned bits(uint32_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

/* Puts the values of the PCRs in MASK, in ascending order, to their places. */
static bool store_values(const TPML_DIGEST *values, uint32_t mask,
			 struct tpm_pcrs *pcrs)
{
	unsigned pcr;
	size_t i = 0;

	if (values->count != bits(mask))
		return false;
	for (pcr = 0; pcr < TPM_PCR_COUNT; pcr++) {
		if (!(mask >> pcr & 1))
			continue;
		if (values->digests[i].size != TPM_PCR_LEN)
			return false;
		memcpy(pcrs->value[pcr], values->digests[i].buffer,
		       TPM_PCR_LEN);
		i++;
	}
	return true;
}

/*
 * Part 3, 22.4 (TPM2_PCR_Read): pcrUpdateCounter, the PCRs of the request that
 * fit into the answer (a TPML_DIGEST holds eight), and their values.
 */
static int read_some(struct tpm *t, uint32_t wanted, struct tpm_pcrs *pcrs,
		     uint32_t *ret_got, uint32_t *ret_counter)
{
	static const struct tpm_command command = { .name = "TPM2_PCR_Read" };
	TPML_PCR_SELECTION selection = tpm_selection(wanted);
	struct reader params;
	TPML_DIGEST values;
	uint32_t counter, got;
	size_t at = 0;
	int r;

	r = tpm_run(t, &command,
		    Tss2_Sys_PCR_Read_Prepare(t->sys, &selection),
		    NULL, &params);
	if (r < 0)
		return r;
	if (!rd_u32be(&params, &counter) ||
	    Tss2_MU_TPML_PCR_SELECTION_Unmarshal(params.p, params.left, &at,
						 &selection) ||
	    Tss2_MU_TPML_DIGEST_Unmarshal(params.p, params.left, &at,
					  &values) || at != params.left)
		return tpm_malformed(t, command.name, "is no list of PCRs");
	if (!tpm_selection_mask(&selection, &got) || got & ~wanted)
		return tpm_malformed(t, command.name,
				     "has PCRs that were not asked for");
	if (!got)
		return fail(-ENOTSUP, t->device.code,
			    "the TPM has no SHA-256 bank of %d PCRs",
			    TPM_PCR_COUNT);
	if (!store_values(&values, got, pcrs))
		return tpm_malformed(t, command.name,
				     "has other values than it says");
	*ret_got = got;
	*ret_counter = counter;
	return 0;
}

/* One pass; *RET_CHANGED tells that the values are of different times. */
static int read_all(struct tpm *t, struct tpm_pcrs *pcrs, bool *ret_changed)
{
	uint32_t left = (1u << TPM_PCR_COUNT) - 1;
	uint32_t got = 0, counter = 0, first = 0;
	bool begun = false, changed = false;
	int r;

	while (left && !changed) {
		r = read_some(t, left, pcrs, &got, &counter);
		if (r < 0)
			return r;
		changed = begun && counter != first;
		first = counter;
		begun = true;
		left &= ~got;
	}
	*ret_changed = changed;
	return 0;
}

int tpm_pcrs(struct tpm *t, struct tpm_pcrs *ret)
{
	struct tpm_pcrs pcrs;
	bool changed = true;
	unsigned i;
	int r;

	for (i = 0; i < READ_TRIES && changed; i++) {
		r = read_all(t, &pcrs, &changed);
		if (r < 0)
			return r;
	}
	if (changed)
		return fail(-EAGAIN, t->device.code,
			    "the PCRs changed each time they were read");
	*ret = pcrs;
	return 0;
}

void tpm_pcrs_json(const struct tpm_pcrs *pcrs, struct buf *ret)
{
	unsigned i;

	buf_str(ret, "[");
	for (i = 0; i < TPM_PCR_COUNT; i++) {
		buf_str(ret, i ? ",\"" : "\"");
		buf_hex(ret, pcrs->value[i], TPM_PCR_LEN);
		buf_str(ret, "\"");
	}
	buf_str(ret, "]");
}
