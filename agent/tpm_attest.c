/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include <tss2/tss2_mu.h>

#include "buf.h"
#include "encode.h"
#include "tpm_attest.h"

/* PCRs of a PC client TPM; a mask may be a byte wider (part 2, 10.6.1). */
#define MASK_BYTES	4

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "%s", what);
}

static bool copy(struct tpm_attest_field *ret, const uint8_t *bytes, size_t len)
{
	if (len > sizeof(ret->bytes))
		return false;
	memcpy(ret->bytes, bytes, len);
	ret->len = len;
	return true;
}

static bool parse_banks(const TPML_PCR_SELECTION *s, struct tpm_attest *ret)
{
	uint32_t i;
	unsigned k;

	if (s->count > TPM_ATTEST_BANKS_MAX)
		return false;
	for (i = 0; i < s->count; i++) {
		const TPMS_PCR_SELECTION *p = &s->pcrSelections[i];

		if (p->sizeofSelect > MASK_BYTES)
			return false;
		ret->banks[i].alg = p->hash;
		for (k = 0; k < p->sizeofSelect; k++)
			ret->banks[i].mask |= (uint32_t)p->pcrSelect[k] << 8 * k;
	}
	ret->bank_count = s->count;
	return true;
}

int tpm_attest_parse(const uint8_t *data, size_t len, struct tpm_attest *ret,
		     struct reason *why)
{
	const TPMS_QUOTE_INFO *quote;
	struct tpm_attest t = { 0 };
	TPMS_ATTEST a;
	size_t at = 0;

	if (Tss2_MU_TPMS_ATTEST_Unmarshal(data, len, &at, &a) || at != len)
		return bad(why, "is no attestation");
	if (a.magic != TPM2_GENERATED_VALUE)
		return bad(why, "was not made by the TPM");
	if (a.type != TPM2_ST_ATTEST_QUOTE)
		return bad(why, "is no quote");
	quote = &a.attested.quote;
	if (!copy(&t.signer, a.qualifiedSigner.name, a.qualifiedSigner.size) ||
	    !copy(&t.extra, a.extraData.buffer, a.extraData.size) ||
	    !copy(&t.pcr_digest, quote->pcrDigest.buffer, quote->pcrDigest.size))
		return bad(why, "has a field that is too long");
	if (!parse_banks(&quote->pcrSelect, &t))
		return bad(why, "quotes more PCRs than there are");
	t.clock = a.clockInfo.clock;
	t.reset_count = a.clockInfo.resetCount;
	t.restart_count = a.clockInfo.restartCount;
	t.safe = a.clockInfo.safe == TPM2_YES;
	t.firmware = a.firmwareVersion;
	*ret = t;
	return 0;
}

static void put_hex(struct buf *b, const char *name,
		    const struct tpm_attest_field *f)
{
	buf_printf(b, "\"%s\":\"", name);
	buf_hex(b, f->bytes, f->len);
	buf_str(b, "\",");
}

static const char *alg_name(uint16_t alg)
{
	switch (alg) {
	case TPM2_ALG_SHA1:
		return "sha1";
	case TPM2_ALG_SHA256:
		return "sha256";
	case TPM2_ALG_SHA384:
		return "sha384";
	case TPM2_ALG_SHA512:
		return "sha512";
	case TPM2_ALG_SM3_256:
		return "sm3";
	default:
		return NULL;
	}
}

static void put_bank(struct buf *b, uint16_t alg, uint32_t mask)
{
	const char *name = alg_name(alg);
	const char *comma = "";
	unsigned i;

	buf_printf(b, "{\"alg\":\"%s\",\"pcrs\":[", name ? name : "unknown");
	for (i = 0; i < 8 * MASK_BYTES; i++) {
		if (!(mask & UINT32_C(1) << i))
			continue;
		buf_printf(b, "%s%u", comma, i);
		comma = ",";
	}
	buf_str(b, "]}");
}

void tpm_attest_json(const struct tpm_attest *a, struct buf *ret)
{
	size_t i;

	buf_str(ret, "{\"type\":\"quote\",");
	put_hex(ret, "qualified_signer", &a->signer);
	put_hex(ret, "extra_data", &a->extra);
	buf_printf(ret, "\"clock\":%" PRIu64 ",\"reset_count\":%" PRIu32
		   ",\"restart_count\":%" PRIu32 ",\"safe\":%s"
		   ",\"firmware_version\":\"%016" PRIx64 "\",\"pcr_selection\":[",
		   a->clock, a->reset_count, a->restart_count,
		   a->safe ? "true" : "false", a->firmware);
	for (i = 0; i < a->bank_count; i++) {
		buf_str(ret, i ? "," : "");
		put_bank(ret, a->banks[i].alg, a->banks[i].mask);
	}
	buf_str(ret, "],\"pcr_digest\":\"");
	buf_hex(ret, a->pcr_digest.bytes, a->pcr_digest.len);
	buf_str(ret, "\"}");
}
