/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "encode.h"
#include "json.h"
#include "measure_log.h"

#define RECORD_MARK	0x1e
#define PCR_MAX		0xffff
#define NAME_MAX_LEN	16

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_MEASURE, "the log of measurements "
			  "%s", what);
}

static int extend(struct digest *d, const uint8_t *by)
{
	uint8_t both[2 * HASH_LEN_MAX];
	size_t len = hash_len(d->alg);

	memcpy(both, d->bytes, len);
	memcpy(both + len, by, len);
	return hash(d->alg, both, 2 * len, d);
}

/* The digest for the bank ALG of one record; -EBADMSG. */
static int find_digest(const struct json *j, enum hash alg, uint8_t *ret)
{
	const struct json_token *list =
		json_member(j, json_root(j), "digests"), *t, *value;
	char hex[2 * HASH_LEN_MAX + 1];

	for (t = json_first(j, list); t; t = json_next(j, list, t)) {
		if (!json_equals(j, json_member(j, t, "hashAlg"), hash_name(alg)))
			continue;
		value = json_member(j, t, "digest");
		if (json_string(j, value, hex, sizeof(hex)) < 0)
			return -EBADMSG;
		return hex_decode(hex, strlen(hex), ret, hash_len(alg));
	}
	return -EBADMSG;
}

static int replay_record(const char *text, size_t len, unsigned pcr,
			 struct digest *d, struct reason *why)
{
	cleanup_json struct json j = { 0 };
	const struct json_token *t;
	uint8_t by[HASH_LEN_MAX];
	uint64_t index;
	int r;

	r = json_parse(&j, text, len, CODE_MEASURE, why);
	if (r < 0)
		return r;
	t = json_member(&j, json_root(&j), "pcr");
	/* An RTMR, or one of systemd's registers in NV memory. */
	if (!t)
		return 0;
	if (json_u64(&j, t, PCR_MAX, &index) < 0)
		return bad(why, "has a PCR that is no number");
	if (index != pcr)
		return 0;
	if (find_digest(&j, d->alg, by) < 0)
		return bad(why, "has a record without a digest for each bank");
	r = extend(d, by);
	return r < 0 ? reason_set(why, r, CODE_MEASURE, "cannot replay a log") : 0;
}

int measure_log_replay(const char *text, size_t len, unsigned pcr, enum hash alg,
		       struct digest *ret, struct reason *why)
{
	struct digest d = { .alg = alg };
	const char *end = text + len, *next;
	int r = 0;

	while (text < end && r == 0) {
		if (*text++ != RECORD_MARK)
			return bad(why, "does not consist of records");
		next = memchr(text, RECORD_MARK, (size_t)(end - text));
		if (!next)
			next = end;
		r = replay_record(text, (size_t)(next - text), pcr, &d, why);
		text = next;
	}
	if (r == 0)
		*ret = d;
	return r;
}
