/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "log.h"
#include "tpm_command.h"

/* Three bytes hold 24 PCRs (PC Client profile: the smallest that is allowed). */
#define SELECT_LEN	3

/* A handle, two empty TPM2Bs and no attributes; part 1, 19.4 (Passwords). */
static const TSS2L_SYS_AUTH_COMMAND empty_password = {
	.count = 1,
	.auths = { { .sessionHandle = TPM2_RS_PW } },
};

static struct tpm *tpm_of(TSS2_TCTI_CONTEXT *context)
{
	return (struct tpm *)(void *)context;
}

static TSS2_RC tcti_transmit(TSS2_TCTI_CONTEXT *context, size_t size,
			     const uint8_t *command)
{
	struct tpm *t = tpm_of(context);

	t->error = tpm_device_exchange(&t->device, command, size, &t->response);
	return t->error < 0 ? TSS2_TCTI_RC_IO_ERROR : TSS2_RC_SUCCESS;
}

/* Without a buffer the caller wants to know the size; that comes first. */
static TSS2_RC tcti_receive(TSS2_TCTI_CONTEXT *context, size_t *size,
			    uint8_t *response, int32_t timeout)
{
	const struct tpm_message *m = &tpm_of(context)->response;

	(void)timeout;
	if (response && *size < m->len)
		return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
	if (response)
		memcpy(response, m->bytes, m->len);
	*size = m->len;
	return TSS2_RC_SUCCESS;
}

int tpm_open_fd(int fd, int limit_ms, enum code code, struct tpm **ret)
{
	TSS2_ABI_VERSION abi = TSS2_ABI_VERSION_CURRENT;
	size_t size = Tss2_Sys_GetContextSize(TPM_MESSAGE_MAX);
	cleanup_tpm struct tpm *t = calloc(1, sizeof(*t));
	int r;

	if (!t) {
		close_fd(&fd);
		return fail(-ENOMEM, code, "no memory for the TPM");
	}
	r = tpm_device_init(&t->device, fd, limit_ms, code);
	if (r < 0)
		return r;
	t->tcti = (TSS2_TCTI_CONTEXT_COMMON_V1){
		.version = 1,
		.transmit = tcti_transmit,
		.receive = tcti_receive,
	};
	t->sys = calloc(1, size);
	if (!t->sys)
		return fail(-ENOMEM, code, "no memory for the TPM");
	if (Tss2_Sys_Initialize(t->sys, size, (TSS2_TCTI_CONTEXT *)&t->tcti,
				&abi) != TSS2_RC_SUCCESS)
		return fail(-EIO, code, "cannot set up tss2-sys");
	*ret = t;
	t = NULL;
	return 0;
}

int tpm_open(const char *device, enum code code, struct tpm **ret)
{
	int fd, r;

	if (!device)
		device = tpm_device_find();
	if (!device)
		return fail(-ENODEV, code, "there is no TPM");
	r = tpm_device_open(device, code, &fd);
	if (r < 0)
		return r;
	return tpm_open_fd(fd, TPM_COMMAND_MS, code, ret);
}

bool tpm_present(void)
{
	return tpm_device_find() != NULL;
}

/*
 * The resource manager would flush for us, but /dev/tpm0 alone would not.  A
 * failure leaves one slot less for others, and no one to tell.
 */
static void flush(struct tpm *t, uint32_t handle)
{
	static const struct tpm_command command = {
		.name = "TPM2_FlushContext",
	};
	struct reason before = *failure();
	struct reader params;

	if (!handle || t->device.broken)
		return;
	if (tpm_run(t, &command,
		    Tss2_Sys_FlushContext_Prepare(t->sys, handle),
		    NULL, &params) < 0)
		log_debug("%s", failure()->text);

	/* What the caller is on its way to report comes first. */
	(void)fail_reason(0, &before);
}

void tpm_close(struct tpm *t)
{
	if (!t)
		return;
	flush(t, t->session);
	flush(t, t->made);
	if (t->sys)
		Tss2_Sys_Finalize(t->sys);
	free(t->sys);
	tpm_device_close(&t->device);
	free(t);
}

void tpm_close_ptr(struct tpm **t)
{
	tpm_close(*t);
}

int tpm_malformed(const struct tpm *t, const char *name, const char *what)
{
	return fail(-EBADMSG, t->device.code, "the TPM's answer to %s %s",
		    name, what);
}

/*
 * Part 2, 6.6 (TPM_RC): a code of format 1 has bit 7 set, its number in bits 0
 * to 5, and tells in the others which handle, session or parameter it is about.
 */
static const struct {
	TPM2_RC code;
	int error;
	const char *text;
} refusals[] = {
	{ TPM2_RC_RETRY,	-EAGAIN, "is busy" },
	{ TPM2_RC_YIELDED,	-EAGAIN, "is busy" },
	{ TPM2_RC_NV_RATE,	-EAGAIN, "is busy" },
	{ TPM2_RC_TESTING,	-EAGAIN, "is still testing itself" },
	{ TPM2_RC_HANDLE,	-ENOENT, "has nothing at that handle" },
	{ TPM2_RC_AUTH_FAIL,	-EPERM, "wants a password" },
	{ TPM2_RC_BAD_AUTH,	-EPERM, "wants a password" },
	{ TPM2_RC_HIERARCHY,	-EPERM, "has that hierarchy switched off" },
	{ TPM2_RC_LOCALITY,	-EIO, "does not allow this from Linux" },
	{ TPM2_RC_LOCKOUT,	-EIO, "is in lockout" },
	{ TPM2_RC_INITIALIZE,	-EIO, "was not started by the firmware" },
	{ TPM2_RC_FAILURE,	-EIO, "is in failure mode" },
	{ TPM2_RC_COMMAND_CODE,	-EIO, "does not know the command" },
	{ 0,			-EIO, "refused" },
};

static int refused(const struct tpm *t, const char *name)
{
	TPM2_RC rc = t->response.code, kind;
	TSS2_RC layer = rc & TSS2_RC_LAYER_MASK;
	size_t i = 0;

	/*
	 * The kernel answers in the TPM's place for commands that the TPM does
	 * not have (linux/drivers/char/tpm/tpm2-space.c); else bits above the
	 * TPM's own would be taken for an error of tss2.
	 */
	if (layer == TSS2_RESMGR_RC_LAYER || layer == TSS2_RESMGR_TPM_RC_LAYER)
		rc &= ~(TPM2_RC)TSS2_RC_LAYER_MASK;
	if (rc > 0xfff)
		return tpm_malformed(t, name, "has an impossible code");
	kind = rc & TPM2_RC_FMT1 ? rc & 0xbf : rc;
	while (refusals[i].code && refusals[i].code != kind)
		i++;
	return fail(refusals[i].error, t->device.code,
		    "the TPM %s (%s: 0x%03x)", refusals[i].text, name, rc);
}

bool tpm_sized(struct reader *r, struct reader *ret)
{
	struct reader at = *r, content;
	uint16_t size;

	if (!rd_u16be(&at, &size) || !rd_sub(&at, size, &content))
		return false;
	*r = at;
	*ret = content;
	return true;
}

/* Part 1, 19.4: the answer to a password has no nonce and no HMAC. */
static bool auth_empty(struct reader *r)
{
	struct reader nonce, hmac;
	uint8_t attributes;

	return tpm_sized(r, &nonce) && rd_empty(&nonce) &&
	       rd_u8(r, &attributes) &&
	       tpm_sized(r, &hmac) && rd_empty(&hmac) && rd_empty(r);
}

/*
 * Part 1, 18 (Command/Response Structure): header, handle, size of the
 * parameters where there is an authorization, parameters, authorization.
 */
static bool split(const struct tpm_message *m, const struct tpm_command *c,
		  uint32_t *ret_handle, struct reader *ret)
{
	struct reader r = READER(m->bytes, m->len), params;
	uint32_t size, handle = 0;
	uint16_t tag;

	if (!rd_u16be(&r, &tag) || !rd_skip(&r, 4 + 4))
		return false;
	if (tag != (c->auth ? TPM2_ST_SESSIONS : TPM2_ST_NO_SESSIONS))
		return false;
	if (ret_handle && !rd_u32be(&r, &handle))
		return false;
	params = r;
	if (c->auth && (!rd_u32be(&r, &size) || !rd_sub(&r, size, &params) ||
			!(c->session || auth_empty(&r))))
		return false;
	if (c->session)
		*c->ret_session = r;
	if (ret_handle)
		*ret_handle = handle;
	*ret = params;
	return true;
}

int tpm_run(struct tpm *t, const struct tpm_command *c, TSS2_RC prepared,
	    uint32_t *ret_handle, struct reader *ret)
{
	TSS2_RC rc = prepared;

	/* tss2-sys is stuck where the exchange failed; say why once more. */
	if (t->device.broken)
		return fail(-EIO, t->device.code, "the TPM failed before");
	if (rc == TSS2_RC_SUCCESS && c->auth)
		rc = Tss2_Sys_SetCmdAuths(t->sys, c->session ?: &empty_password);
	if (rc != TSS2_RC_SUCCESS)
		return fail(-EIO, t->device.code, "cannot make %s (0x%x)",
			    c->name, rc);

	t->error = 0;
	t->response.code = 0;
	rc = Tss2_Sys_Execute(t->sys);
	if (t->error < 0)
		return t->error;
	if (t->response.code)
		return refused(t, c->name);
	if (rc != TSS2_RC_SUCCESS || !split(&t->response, c, ret_handle, ret)) {
		t->device.broken = true;
		return tpm_malformed(t, c->name, "is not a response to it");
	}
	return 0;
}

TPML_PCR_SELECTION tpm_selection(uint32_t mask)
{
	TPML_PCR_SELECTION s = { .count = 1 };
	unsigned i;

	s.pcrSelections[0].hash = TPM2_ALG_SHA256;
	s.pcrSelections[0].sizeofSelect = SELECT_LEN;
	/* Part 2, 10.6.2 (TPMS_PCR_SELECTION): PCR 8n+m is bit m of byte n. */
	for (i = 0; i < SELECT_LEN; i++)
		s.pcrSelections[0].pcrSelect[i] = (uint8_t)(mask >> (8 * i));
	return s;
}

bool tpm_selection_mask(const TPML_PCR_SELECTION *s, uint32_t *ret)
{
	const TPMS_PCR_SELECTION *p = &s->pcrSelections[0];

	if (s->count != 1 || p->hash != TPM2_ALG_SHA256 ||
	    p->sizeofSelect != SELECT_LEN)
		return false;
	*ret = p->pcrSelect[0] | (uint32_t)p->pcrSelect[1] << 8 |
	       (uint32_t)p->pcrSelect[2] << 16;
	return true;
}

/*
 * Part 3, 24.1 (TPM2_CreatePrimary): outPublic, creationData, creationHash,
 * creationTicket (tag, hierarchy, digest), name.
 */
int tpm_create_primary(struct tpm *t, TPMI_RH_HIERARCHY hierarchy,
		       const TPM2B_PUBLIC *template, uint32_t *ret_handle,
		       struct reader *ret_public)
{
	static const struct tpm_command command = {
		.name = "TPM2_CreatePrimary", .auth = true,
	};
	const TPM2B_SENSITIVE_CREATE no_password = { .size = 0 };
	const TPML_PCR_SELECTION no_pcrs = { .count = 0 };
	const TPM2B_DATA nothing = { .size = 0 };
	struct reader params, public, part;
	uint32_t handle;
	int r;

	r = tpm_run(t, &command,
		    Tss2_Sys_CreatePrimary_Prepare(t->sys, hierarchy,
						   &no_password, template,
						   &nothing, &no_pcrs),
		    &handle, &params);
	if (r < 0)
		return r;
	/* Part 2, 7.2 (TPM_HT): another kind is nothing that we could flush. */
	if (handle >> TPM2_HR_SHIFT != TPM2_HT_TRANSIENT)
		return tpm_malformed(t, command.name, "has a strange handle");
	t->made = handle;
	if (!tpm_sized(&params, &public) || !tpm_sized(&params, &part) ||
	    !tpm_sized(&params, &part) || !rd_skip(&params, 2 + 4) ||
	    !tpm_sized(&params, &part) || !tpm_sized(&params, &part) ||
	    !rd_empty(&params))
		return tpm_malformed(t, command.name, "is cut off");
	*ret_handle = handle;
	*ret_public = public;
	return 0;
}
