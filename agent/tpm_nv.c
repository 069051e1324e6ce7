/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "log.h"
#include "tpm_command.h"

/*
 * TCG PC Client Platform TPM Profile 1.05, 4.6 (TPM_PT_NV_BUFFER_MAX): every TPM
 * takes as much in one command.
 */
#define CHUNK	512

/* Part 2, 13.4 (TPMA_NV): the owner, whose password is empty, may do both. */
#define ATTRIBUTES	(TPMA_NV_OWNERREAD | TPMA_NV_OWNERWRITE)

/* Part 3, 31.6 (TPM2_NV_ReadPublic): nvPublic, nvName. */
int tpm_nv_size(struct tpm *t, uint32_t index, size_t *ret)
{
	static const struct tpm_command command = {
		.name = "TPM2_NV_ReadPublic",
	};
	struct reader params, area, name;
	TPMS_NV_PUBLIC public;
	size_t at = 0;
	int r;

	r = tpm_run(t, &command, Tss2_Sys_NV_ReadPublic_Prepare(t->sys, index),
		    NULL, &params);
	if (r < 0)
		return r;
	if (!tpm_sized(&params, &area) || !tpm_sized(&params, &name) ||
	    !rd_empty(&params) ||
	    Tss2_MU_TPMS_NV_PUBLIC_Unmarshal(area.p, area.left, &at, &public) ||
	    at != area.left || public.nvIndex != index)
		return tpm_malformed(t, command.name, "is not about that index");
	*ret = public.dataSize;
	return 0;
}

/* Part 3, 31.13 (TPM2_NV_Read): the data, as much as was asked for. */
static int read_chunk(struct tpm *t, uint32_t index, size_t at, size_t len,
		      struct buf *ret)
{
	static const struct tpm_command command = {
		.name = "TPM2_NV_Read", .auth = true,
	};
	struct reader params, data;
	int r;

	r = tpm_run(t, &command,
		    Tss2_Sys_NV_Read_Prepare(t->sys, TPM2_RH_OWNER, index,
					     (uint16_t)len, (uint16_t)at),
		    NULL, &params);
	if (r < 0)
		return r;
	if (!tpm_sized(&params, &data) || !rd_empty(&params) ||
	    data.left != len)
		return tpm_malformed(t, command.name, "has another length");
	buf_add(ret, data.p, data.left);
	return 0;
}

int tpm_nv_read(struct tpm *t, uint32_t index, struct buf *ret)
{
	size_t size = 0, at, len;
	int r;

	r = tpm_nv_size(t, index, &size);
	for (at = 0; at < size && r == 0; at += len) {
		len = MIN(size - at, (size_t)CHUNK);
		r = read_chunk(t, index, at, len, ret);
	}
	if (r < 0)
		return r;
	r = buf_error(ret);
	return r < 0 ? fail(r, t->device.code, "NV index 0x%08x is too long: %zu "
			    "bytes", index, size) : 0;
}

/* A command whose answer has no parameters. */
static int run_plain(struct tpm *t, const char *name, TSS2_RC prepared)
{
	const struct tpm_command command = { .name = name, .auth = true };
	struct reader params;
	int r;

	r = tpm_run(t, &command, prepared, NULL, &params);
	if (r < 0)
		return r;
	return rd_empty(&params) ? 0 :
	       tpm_malformed(t, name, "has bytes left over");
}

/* Part 3, 31.3 (TPM2_NV_DefineSpace). */
static int define(struct tpm *t, uint32_t index, size_t len)
{
	const TPM2B_AUTH no_password = { .size = 0 };
	const TPM2B_NV_PUBLIC public = {
		.nvPublic = {
			.nvIndex = index,
			.nameAlg = TPM2_ALG_SHA256,
			.attributes = ATTRIBUTES,
			.dataSize = (uint16_t)len,
		},
	};

	return run_plain(t, "TPM2_NV_DefineSpace",
			 Tss2_Sys_NV_DefineSpace_Prepare(t->sys, TPM2_RH_OWNER,
							 &no_password,
							 &public));
}

/* Part 3, 31.4 (TPM2_NV_UndefineSpace). */
static int undefine(struct tpm *t, uint32_t index)
{
	return run_plain(t, "TPM2_NV_UndefineSpace",
			 Tss2_Sys_NV_UndefineSpace_Prepare(t->sys,
							   TPM2_RH_OWNER,
							   index));
}

int tpm_nv_store(struct tpm *t, uint32_t index, const void *data, size_t len)
{
	TPM2B_MAX_NV_BUFFER content = { .size = (uint16_t)len };
	size_t size = 0;
	int r;

	assert(len > 0 && len <= CHUNK);
	memcpy(content.buffer, data, len);
	r = tpm_nv_size(t, index, &size);
	if (r == 0 && size != len)
		r = undefine(t, index);
	if (r == -ENOENT) {
		failure_clear();
		r = 0;
		size = 0;
	}
	if (r == 0 && size != len)
		r = define(t, index, len);
	if (r < 0)
		return r;
	/* Part 3, 31.7 (TPM2_NV_Write). */
	return run_plain(t, "TPM2_NV_Write",
			 Tss2_Sys_NV_Write_Prepare(t->sys, TPM2_RH_OWNER, index,
						   &content, 0));
}
