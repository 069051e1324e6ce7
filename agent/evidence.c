/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attester.h"
#include "buf.h"
#include "crypto.h"
#include "evidence.h"
#include "limits.h"
#include "log.h"

int evidence_runtime_data(const char *nonce, const struct tee_key *key,
			  struct buf *ret)
{
	int r;

	buf_str(ret, "{\"additional-evidence\":\"\",\"nonce\":");
	buf_json(ret, nonce);
	buf_str(ret, ",\"tee-pubkey\":");
	r = tee_key_jwk(key, ret);
	if (r < 0)
		return r;
	buf_str(ret, "}");
	return buf_error(ret);
}

/* kbs-wire.md 2.3: a KBS that selects nothing is of before v0.21. */
static enum hash hash_for(const struct attester *attester, enum hash selected)
{
	if (!attester->negotiated)
		return attester->hash;
	return selected == HASH_COUNT ? HASH_SHA384 : selected;
}

int evidence_make(const struct attester *attester, const char *nonce,
		  enum hash selected, const struct tee_key *key,
		  struct buf *ret)
{
	cleanup_buf struct buf text = BUF(2 * NONCE_MAX);
	struct digest report_data;
	int r;

	r = evidence_runtime_data(nonce, key, &text);
	if (r == 0)
		r = hash(hash_for(attester, selected), text.data, text.len,
			 &report_data);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make the runtime data");
	r = attester->challenge ? attester->challenge(nonce) : 0;
	return r < 0 ? r : attester->evidence(&report_data, ret);
}
