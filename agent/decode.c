/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cca_token.h"
#include "decode.h"
#include "ear.h"
#include "encode.h"
#include "eventlog.h"
#include "hcl_report.h"
#include "log.h"
#include "se_nonce.h"
#include "snp_report.h"
#include "td_quote.h"
#include "tpm_attest.h"

/* Registers of a log that are replayed: PCRs, of which RTMRs are the first. */
#define REPLAY_MAX	24

static bool starts(const uint8_t *data, size_t len, const char *with, size_t n)
{
	return len >= n && memcmp(data, with, n) == 0;
}

static void put_hex(struct buf *b, const void *data, size_t len)
{
	buf_str(b, "\"");
	buf_hex(b, data, len);
	buf_str(b, "\"");
}

static bool looks_snp_report(const uint8_t *data, size_t len)
{
	return len == SNP_REPORT_LEN && data[0] >= 2 && data[0] <= 5 &&
	       starts(data + 1, len - 1, "\0\0\0", 3);
}

static int decode_snp_report(const uint8_t *data, size_t len, struct buf *ret,
			     struct reason *why)
{
	struct snp_report s;
	int r = snp_report_parse(data, len, &s, why);

	if (r < 0)
		return r;
	snp_report_json(&s, ret);
	return 0;
}

static bool looks_snp_certs(const uint8_t *data, size_t len)
{
	struct snp_certs c;

	return len > 24 && snp_certs_parse(data, len, &c, NULL) == 0 && c.count &&
	       snp_cert_name(&c.certs[0]);
}

static int decode_snp_certs(const uint8_t *data, size_t len, struct buf *ret,
			    struct reason *why)
{
	struct snp_certs c;
	size_t i;
	int r = snp_certs_parse(data, len, &c, why);

	if (r < 0)
		return r;
	buf_str(ret, "[");
	for (i = 0; i < c.count; i++) {
		const char *name = snp_cert_name(&c.certs[i]);

		buf_str(ret, i ? ",{\"type\":" : "{\"type\":");
		buf_json(ret, name ? name : "unknown");
		buf_str(ret, ",\"guid\":");
		put_hex(ret, c.certs[i].guid, SNP_GUID_LEN);
		buf_str(ret, ",\"data\":\"");
		buf_b64(ret, c.certs[i].data.p, c.certs[i].data.left, B64_STD);
		buf_str(ret, "\"}");
	}
	buf_str(ret, "]");
	return 0;
}

/* Version 4 or 5, any kind of key, TEE type 0x81. */
static bool looks_td_quote(const uint8_t *data, size_t len)
{
	return len > 48 && (data[0] == 4 || data[0] == 5) && data[1] == 0 &&
	       starts(data + 4, len - 4, "\x81\0\0\0", 4);
}

static int decode_td_quote(const uint8_t *data, size_t len, struct buf *ret,
			   struct reason *why)
{
	struct td_quote q;
	int r = td_quote_parse(data, len, &q, why);

	if (r < 0)
		return r;
	td_quote_json(&q, ret);
	return 0;
}

static bool looks_tdreport(const uint8_t *data, size_t len)
{
	return len == TD_REPORT_LEN && starts(data, len, "\x81\0", 2);
}

static int decode_tdreport(const uint8_t *data, size_t len, struct buf *ret,
			   struct reason *why)
{
	struct td_report t;
	int r = td_report_parse(data, len, &t, why);

	if (r < 0)
		return r;
	td_report_json(&t, ret);
	return 0;
}

static bool looks_cca_token(const uint8_t *data, size_t len)
{
	return starts(data, len, "\xd9\x01\x8f", 3) ||
	       starts(data, len, "\xd9\x03\x8b", 3);
}

static int decode_cca_token(const uint8_t *data, size_t len, struct buf *ret,
			    struct reason *why)
{
	struct cca_token t;
	int r = cca_token_parse(data, len, &t, why);

	if (r < 0)
		return r;
	cca_token_json(&t, ret);
	return 0;
}

static bool looks_hcl_report(const uint8_t *data, size_t len)
{
	return starts(data, len, "HCLA", 4);
}

static int decode_hcl_report(const uint8_t *data, size_t len, struct buf *ret,
			     struct reason *why)
{
	struct hcl_report h;
	int r = hcl_report_parse(data, len, &h, why);

	if (r < 0)
		return r;
	r = hcl_report_json(&h, ret);
	return r < 0 ? reason_set(why, r, CODE_INTERNAL,
				  "cannot show the claims") : 0;
}

static bool looks_tpms_attest(const uint8_t *data, size_t len)
{
	return starts(data, len, "\xffTCG", 4);
}

static int decode_tpms_attest(const uint8_t *data, size_t len, struct buf *ret,
			      struct reason *why)
{
	struct tpm_attest a;
	int r = tpm_attest_parse(data, len, &a, why);

	if (r < 0)
		return r;
	tpm_attest_json(&a, ret);
	return 0;
}

static bool looks_se_nonce(const uint8_t *data, size_t len)
{
	return starts(data, len, "{", 1);
}

static int decode_se_nonce(const uint8_t *data, size_t len, struct buf *ret,
			   struct reason *why)
{
	cleanup_se_nonce struct se_nonce n = { 0 };
	int r = se_nonce_parse((const char *)data, len, &n, why);

	if (r == -ENOMEM)
		return reason_set(why, r, CODE_INTERNAL, "out of memory");
	if (r < 0)
		return r;
	se_nonce_json(&n, ret);
	return 0;
}

/* The header's signature (TCG PC Client Platform Firmware Profile, 10.4.5.1). */
static bool looks_eventlog(const uint8_t *data, size_t len)
{
	return len > 48 && starts(data + 32, len - 32, "Spec ID Event03", 16);
}

static void put_digests(struct buf *b, const struct eventlog_event *e)
{
	size_t i;

	buf_str(b, "{");
	for (i = 0; i < e->digest_count; i++) {
		const char *name = eventlog_alg_name(e->digests[i].alg);

		buf_printf(b, "%s\"%s\":", i ? "," : "", name ? name : "unknown");
		put_hex(b, e->digests[i].bytes.p, e->digests[i].bytes.left);
	}
	buf_str(b, "}");
}

static void put_event(struct buf *b, const struct eventlog_event *e)
{
	char raw[256], shown[4 * sizeof(raw)];
	struct reader text;
	const char *type = eventlog_type_name(e->type);

	buf_printf(b, "{\"register\":%u,\"type\":", (unsigned)e->mr);
	if (type)
		buf_json(b, type);
	else
		buf_printf(b, "%u", (unsigned)e->type);
	buf_str(b, ",\"digests\":");
	put_digests(b, e);
	buf_str(b, ",\"data\":");
	put_hex(b, e->data.p, e->data.left);
	if (eventlog_text(e, &text)) {
		(void)snprintf(raw, sizeof(raw), "%.*s", (int)MIN(text.left, 255),
			       (const char *)text.p);
		log_escape(shown, sizeof(shown), raw);
		buf_str(b, ",\"text\":");
		buf_json(b, shown);
	}
	buf_str(b, "}");
}

/* Whether an event of LOG extends MR. */
static bool has_register(const struct eventlog *log, uint32_t mr)
{
	struct eventlog_event e;
	size_t at = log->first;

	while (eventlog_next(log, &at, &e))
		if (e.mr == mr)
			return true;
	return false;
}

/* "1:sha384": what the log makes of a register that was zero. */
static int put_replayed(struct buf *b, const struct eventlog *log)
{
	size_t i, count = 0;
	struct digest d;
	uint32_t mr;
	int r;

	for (mr = 0; mr < REPLAY_MAX; mr++) {
		if (!has_register(log, mr))
			continue;
		for (i = 0; i < log->alg_count; i++) {
			r = eventlog_replay(log, mr,
					    eventlog_alg_hash(log->algs[i]), &d);
			if (r < 0)
				return r;
			buf_printf(b, "%s\"%u:%s\":", count++ ? "," : "",
				   (unsigned)mr, hash_name(d.alg));
			put_hex(b, d.bytes, hash_len(d.alg));
		}
	}
	return 0;
}

static int decode_eventlog(const uint8_t *data, size_t len, struct buf *ret,
			   struct reason *why)
{
	struct eventlog_event e;
	struct eventlog log;
	size_t at;
	int r = eventlog_parse(data, len, &log, why);

	if (r < 0)
		return r;
	buf_printf(ret, "{\"bytes_used\":%zu,\"events\":[", log.len);
	at = log.first;
	while (eventlog_next(&log, &at, &e)) {
		if (ret->data[ret->len - 1] != '[')
			buf_str(ret, ",");
		put_event(ret, &e);
	}
	buf_str(ret, "],\"replayed\":{");
	r = put_replayed(ret, &log);
	if (r < 0)
		return reason_set(why, r, CODE_INTERNAL, "cannot replay the log");
	buf_str(ret, "}}");
	return 0;
}

static bool looks_ear_token(const uint8_t *data, size_t len)
{
	return starts(data, len, "eyJ", 3);
}

static void put_submod(struct buf *b, const struct ear_submod *m)
{
	size_t i;

	buf_json(b, m->name);
	buf_str(b, ":{\"status\":");
	buf_json(b, m->status);
	for (i = 0; i < EAR_CLAIMS; i++)
		buf_printf(b, ",\"%s\":%d", ear_claim_name(i), m->vector[i]);
	buf_str(b, "}");
}

static int decode_ear_token(const uint8_t *data, size_t len, struct buf *ret,
			    struct reason *why)
{
	cleanup_free char *text = strndup((const char *)data, len);
	struct ear ear;
	size_t i;
	int r;

	if (!text)
		return reason_set(why, -ENOMEM, CODE_INTERNAL, "out of memory");
	text[strcspn(text, "\r\n")] = '\0';
	r = ear_parse(text, &ear, why);
	if (r < 0)
		return r;
	buf_str(ret, "{\"status\":");
	buf_json(ret, ear_status(&ear));
	buf_str(ret, ",\"submods\":{");
	for (i = 0; i < ear.count; i++) {
		buf_str(ret, i ? "," : "");
		put_submod(ret, &ear.submods[i]);
	}
	buf_str(ret, "}}");
	return 0;
}

const char decode_kinds[] =
	"snp-report snp-certs td-quote tdreport cca-token hcl-report "
	"tpms-attest se-nonce eventlog ear-token";

static const struct decode_kind kinds[] = {
	{ "snp-report", looks_snp_report, decode_snp_report },
	{ "td-quote", looks_td_quote, decode_td_quote },
	{ "tdreport", looks_tdreport, decode_tdreport },
	{ "cca-token", looks_cca_token, decode_cca_token },
	{ "hcl-report", looks_hcl_report, decode_hcl_report },
	{ "tpms-attest", looks_tpms_attest, decode_tpms_attest },
	{ "se-nonce", looks_se_nonce, decode_se_nonce },
	{ "eventlog", looks_eventlog, decode_eventlog },
	{ "ear-token", looks_ear_token, decode_ear_token },
	{ "snp-certs", looks_snp_certs, decode_snp_certs },
};

const struct decode_kind *decode_find(const char *name, const uint8_t *data,
				      size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (name ? strcmp(kinds[i].name, name) == 0 :
		    kinds[i].looks(data, len))
			return &kinds[i];
	return NULL;
}
