/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "csv_report.h"
#include "encode.h"
#include "secret.h"

/* In both forms. */
#define USER_DATA_AT	64
#define MNONCE_AT	128
#define POLICY_AT	176

/* In the plain form a number of the firmware, in the other its build. */
#define ANONCE_AT	188

#define RTMR_AT		208

/* What follows the signature: certificate, serial number, reserved, MAC. */
#define PLAIN_SIGNER_AT		336
#define EXTENDED_SIGNER_AT	1168
#define PEK_LEN		2084
#define SERIAL_LEN	64
#define RESERVED_LEN	32
#define BODY_LEN	(PEK_LEN + SERIAL_LEN + RESERVED_LEN)
#define SIGNER_LEN	(BODY_LEN + SM3_LEN)

#define POLICY_NODBG	1

/* A CSV certificate.  PEKs of version 1 are known, and a CEK of version 2. */
#define PEK_VERSION_MAX	2
#define PEK_USAGE	0x1002
#define PEK_ALGO_SM2	4
#define PEK_USER_ID_MAX	254
#define PEK_SIG_AT	1044
#define PEK_SIG_LEN	520

static uint32_t u32le(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static unsigned u16le(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static size_t signer_at(bool extended)
{
	return extended ? EXTENDED_SIGNER_AT : PLAIN_SIGNER_AT;
}

/* Puts on or takes off the disguise of LEN bytes; all begin at a word. */
static void disguise(uint8_t *p, size_t len, const uint8_t *anonce)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] ^= anonce[i % 4];
}

static void get_fields(const uint8_t *data, const uint8_t *anonce,
		       struct csv_report *s)
{
	uint8_t policy[4];

	memcpy(s->user_data, data + USER_DATA_AT, sizeof(s->user_data));
	memcpy(s->mnonce, data + MNONCE_AT, sizeof(s->mnonce));
	memcpy(policy, data + POLICY_AT, sizeof(policy));
	disguise(s->user_data, sizeof(s->user_data), anonce);
	disguise(s->mnonce, sizeof(s->mnonce), anonce);
	disguise(policy, sizeof(policy), anonce);
	s->policy = u32le(policy);
	if (s->extended)
		memcpy(s->rtmr, data + RTMR_AT, sizeof(s->rtmr));
}

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the CSV report %s", what);
}

/* Its name at Hygon's server: letters and digits, then zeros. */
static bool is_serial(const uint8_t *p)
{
	size_t i = 0;

	while (i < SERIAL_LEN && ((p[i] >= '0' && p[i] <= '9') ||
				  (p[i] >= 'A' && p[i] <= 'Z') ||
				  (p[i] >= 'a' && p[i] <= 'z')))
		i++;
	if (i == 0)
		return false;
	while (i < SERIAL_LEN && p[i] == 0)
		i++;
	return i == SERIAL_LEN;
}

static int check_signer(const uint8_t *pek, struct reason *why)
{
	uint32_t version = u32le(pek);

	if (version < 1 || version > PEK_VERSION_MAX ||
	    u32le(pek + 8) != PEK_USAGE || u32le(pek + 12) != PEK_ALGO_SM2)
		return bad(why, "has no certificate of a PEK");
	if (u16le(pek + 164) > PEK_USER_ID_MAX)
		return bad(why, "has a PEK with too long a name");
	if (!is_serial(pek + PEK_LEN))
		return bad(why, "has no serial number");
	return 0;
}

int csv_report_parse(const uint8_t data[static CSV_REPORT_LEN], bool extended,
		     struct csv_report *ret, struct reason *why)
{
	static const uint8_t none[4];
	const uint8_t *anonce = extended ? none : data + ANONCE_AT;
	struct csv_report s = { .extended = extended };
	size_t at = signer_at(extended);
	uint8_t mac[SM3_LEN];
	int r;

	get_fields(data, anonce, &s);
	sm3_hmac(s.mnonce, sizeof(s.mnonce), data + at, BODY_LEN, mac);
	s.mac_good = equal_ct(mac, data + at + BODY_LEN, sizeof(mac));
	memcpy(s.raw, data, at + SIGNER_LEN);
	disguise(s.raw + at, PEK_LEN + SERIAL_LEN, anonce);
	memset(s.raw + at + PEK_LEN + SERIAL_LEN, 0, RESERVED_LEN);
	r = check_signer(s.raw + at, why);
	if (r < 0)
		return r;
	*ret = s;
	return 0;
}

int csv_report_check(const struct csv_report *s,
		     const uint8_t user_data[static CSV_USER_DATA_LEN],
		     const uint8_t mnonce[static CSV_MNONCE_LEN],
		     struct reason *why)
{
	if (!equal_ct(s->mnonce, mnonce, CSV_MNONCE_LEN))
		return bad(why, "answers another request");
	if (!s->mac_good)
		return bad(why, "has a certificate that the firmware did not "
			   "put there");
	if (!equal_ct(s->user_data, user_data, CSV_USER_DATA_LEN))
		return bad(why, "does not hold what it was asked to hold");
	return 0;
}

bool csv_debug(const struct csv_report *s)
{
	return !(s->policy & POLICY_NODBG);
}

static void put_bytes(struct buf *b, const char *name, const uint8_t *p,
		      size_t len)
{
	buf_printf(b, "\"%s\":", name);
	buf_numbers(b, p, len);
}

static void put_signature(struct buf *b, const uint8_t *p)
{
	buf_printf(b, "{\"usage\":%u,\"algo\":%u,\"signature\":{", u32le(p),
		   u32le(p + 4));
	put_bytes(b, "r", p + 8, 72);
	buf_str(b, ",");
	put_bytes(b, "s", p + 80, 72);
	buf_str(b, "},");
	put_bytes(b, "_reserved", p + 152, 368);
	buf_str(b, "}");
}

static void put_pek(struct buf *b, const uint8_t *p)
{
	buf_printf(b, "{\"body\":{\"ver\":%u,\"data\":{\"firmware\":"
		   "{\"major\":%u,\"minor\":%u},\"reserved1\":%u,\"pubkey\":"
		   "{\"usage\":%u,\"algo\":%u,\"key\":{\"g\":%u,",
		   u32le(p), p[4], p[5], u16le(p + 6), u32le(p + 8),
		   u32le(p + 12), u32le(p + 16));
	put_bytes(b, "x", p + 20, 72);
	buf_str(b, ",");
	put_bytes(b, "y", p + 92, 72);
	buf_printf(b, "}},\"uid_size\":%u,", u16le(p + 164));
	put_bytes(b, "user_id", p + 166, PEK_USER_ID_MAX);
	buf_str(b, ",");
	put_bytes(b, "sid", p + 420, 16);
	buf_str(b, ",");
	put_bytes(b, "reserved2", p + 436, 608);
	buf_str(b, "}},\"sigs\":[");
	put_signature(b, p + PEK_SIG_AT);
	buf_str(b, ",");
	put_signature(b, p + PEK_SIG_AT + PEK_SIG_LEN);
	buf_str(b, "]}");
}

void csv_report_json(const struct csv_report *s, struct buf *ret)
{
	const uint8_t *pek = s->raw + signer_at(s->extended);
	uint8_t magic[CSV_MAGIC_LEN] = { 0 };

	if (s->extended)
		memcpy(magic, CSV_MAGIC, sizeof(magic));
	buf_str(ret, "\"attestation_report\":{");
	put_bytes(ret, "magic", magic, sizeof(magic));
	buf_printf(ret, ",\"flags\":%u,",
		   s->extended ? CSV_FLAG_EXTENDED : 0);
	put_bytes(ret, "data", s->raw, sizeof(s->raw));
	buf_str(ret, "},\"cert_chain\":{\"pek\":");
	put_pek(ret, pek);
	buf_str(ret, "},");
	put_bytes(ret, "serial_number", pek + PEK_LEN, SERIAL_LEN);
}
