/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "eventlog.h"
#include "json_text.h"

/* "AAEL" as a number; CoCo's tag of an event (kbs-wire.md 5.2). */
#define TAG_AAEL	0x4141454c

/* PFP 10.4.5.1: what stands before the table in TCG_EfiSpecIdEvent. */
#define SPEC_ID_LEN	24
#define SHA1_LEN	20

/* Eight bytes of these, where an event would begin, end the log. */
#define END_LEN		8

#define TYPE_NO_ACTION	3

/* TCG Algorithm Registry 6.10 (TPM_ALG_ID), and what crypto.h calls it. */
static const struct {
	uint16_t id, len;
	const char *name;
	enum hash hash;
} algs[EVENTLOG_ALGS_MAX] = {
	{ 0x0004, SHA1_LEN, "sha1", HASH_SHA1 },
	{ 0x000b, 32, "sha256", HASH_SHA256 },
	{ 0x000c, 48, "sha384", HASH_SHA384 },
	{ 0x000d, 64, "sha512", HASH_SHA512 },
	{ 0x0012, 32, "sm3", HASH_SM3 },
};

#define ALG_SHA1	0x0004
#define ALG_SHA384	0x000c
#define ALG_SM3		0x0012

/*
 * PFP 10.4.1, table 27, without the newer types, for which Trustee refuses the
 * whole log.  Of those with TEXT it takes only data that are UTF-8.
 */
static const struct {
	uint32_t type;
	bool text;
	const char *name;
} types[] = {
	{ 0x00000000, false, "EV_PREBOOT_CERT" },
	{ 0x00000001, true, "EV_POST_CODE" },
	{ 0x00000002, false, "EV_UNUSED" },
	{ TYPE_NO_ACTION, false, "EV_NO_ACTION" },
	{ 0x00000004, false, "EV_SEPARATOR" },
	{ 0x00000005, true, "EV_ACTION" },
	{ EVENTLOG_TYPE_TAG, false, "EV_EVENT_TAG" },
	{ 0x00000007, false, "EV_S_CRTM_CONTENTS" },
	{ 0x00000008, false, "EV_S_CRTM_VERSION" },
	{ 0x00000009, false, "EV_CPU_MICROCODE" },
	{ 0x0000000a, false, "EV_PLATFORM_CONFIG_FLAGS" },
	{ 0x0000000b, false, "EV_TABLE_OF_DEVICES" },
	{ 0x0000000c, true, "EV_COMPACT_HASH" },
	{ 0x0000000d, false, "EV_IPL" },
	{ 0x0000000e, false, "EV_IPL_PARTITION_DATA" },
	{ 0x0000000f, false, "EV_NONHOST_CODE" },
	{ 0x00000010, false, "EV_NONHOST_CONFIG" },
	{ 0x00000011, false, "EV_NONHOST_INFO" },
	{ 0x00000012, true, "EV_OMIT_BOOT_DEVICE_EVENTS" },
	{ 0x80000000, false, "EV_EFI_EVENT_BASE" },
	{ 0x80000001, false, "EV_EFI_VARIABLE_DRIVER_CONFIG" },
	{ 0x80000002, false, "EV_EFI_VARIABLE_BOOT" },
	{ 0x80000003, false, "EV_EFI_BOOT_SERVICES_APPLICATION" },
	{ 0x80000004, false, "EV_EFI_BOOT_SERVICES_DRIVER" },
	{ 0x80000005, false, "EV_EFI_RUNTIME_SERVICES_DRIVER" },
	{ 0x80000006, false, "EV_EFI_GPT_EVENT" },
	{ 0x80000007, true, "EV_EFI_ACTION" },
	{ 0x80000008, false, "EV_EFI_PLATFORM_FIRMWARE_BLOB" },
	{ 0x80000009, false, "EV_EFI_HANDOFF_TABLES" },
	{ 0x8000000a, false, "EV_EFI_PLATFORM_FIRMWARE_BLOB2" },
	{ 0x8000000b, false, "EV_EFI_HANDOFF_TABLES2" },
	{ 0x8000000c, false, "EV_EFI_VARIABLE_BOOT2" },
	{ 0x80000010, false, "EV_EFI_HCRTM_EVENT" },
	{ 0x800000e0, false, "EV_EFI_VARIABLE_AUTHORITY" },
	{ 0x800000e1, false, "EV_EFI_SPDM_FIRMWARE_BLOB" },
	{ 0x800000e2, false, "EV_EFI_SPDM_FIRMWARE_CONFIG" },
};

/* Index in algs, or -1. */
static int find_alg(uint16_t id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].id == id)
			return (int)i;
	return -1;
}

/* Index in types, or -1. */
static int find_type(uint32_t type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return (int)i;
	return -1;
}

const char *eventlog_type_name(uint32_t type)
{
	int i = find_type(type);

	return i < 0 ? NULL : types[i].name;
}

const char *eventlog_alg_name(uint16_t alg)
{
	int i = find_alg(alg);

	return i < 0 ? NULL : algs[i].name;
}

enum hash eventlog_alg_hash(uint16_t alg)
{
	int i = find_alg(alg);

	assert(i >= 0);
	return algs[i].hash;
}

static int bad(struct reason *why, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE, "the event log %s", what);
}

static int bad_event(struct reason *why, size_t n, const char *what)
{
	return reason_set(why, -EBADMSG, CODE_NO_TEE,
			  "event %zu of the event log %s", n, what);
}

/* PFP 10.4.5.1: the table of algorithms, and what the vendor adds. */
static int parse_algs(struct reader *spec, struct eventlog *log,
		      struct reason *why)
{
	uint16_t id, len;
	uint8_t vendor;
	uint32_t n, i;
	int k;

	if (!rd_skip(spec, SPEC_ID_LEN) || !rd_u32le(spec, &n))
		return bad(why, "has a header that is too short");
	if (n > EVENTLOG_ALGS_MAX)
		return bad(why, "has too many algorithms in its header");
	for (i = 0; i < n; i++) {
		if (!rd_u16le(spec, &id) || !rd_u16le(spec, &len))
			return bad(why, "has a header that is too short");
		k = find_alg(id);
		if (k < 0 || algs[k].len != len)
			return bad(why, "has an unknown algorithm in its header");
		log->algs[i] = id;
	}
	log->alg_count = n;
	if (!rd_u8(spec, &vendor) || !rd_skip(spec, vendor) || !rd_empty(spec))
		return bad(why, "has a header of another size than it says");
	return 0;
}

/* PFP 10.2.1 (TCG_PCR_EVENT): the header is an event of the older form. */
static int parse_header(struct reader *r, struct eventlog *log,
			struct reason *why)
{
	struct reader spec;
	uint32_t type, len;

	if (!rd_skip(r, 4) || !rd_u32le(r, &type) || !rd_skip(r, SHA1_LEN) ||
	    !rd_u32le(r, &len) || !rd_sub(r, len, &spec))
		return bad(why, "has no whole header");
	if (type != TYPE_NO_ACTION)
		return bad(why, "does not begin with a header");
	return parse_algs(&spec, log, why);
}

static bool all_bytes(const uint8_t *p, size_t len, uint8_t value)
{
	while (len > 0 && p[len - 1] == value)
		len--;
	return len == 0;
}

static bool at_end(const struct reader *r)
{
	return r->left == 0 ||
	       (r->left >= END_LEN && (all_bytes(r->p, END_LEN, 0) ||
				       all_bytes(r->p, END_LEN, 0xff)));
}

static bool in_header(const struct eventlog *log, uint16_t alg)
{
	size_t i;

	for (i = 0; i < log->alg_count; i++)
		if (log->algs[i] == alg)
			return true;
	return false;
}

static int parse_digests(struct reader *r, const struct eventlog *log, size_t n,
			 struct eventlog_event *e, struct reason *why)
{
	uint32_t count, i;
	uint16_t alg;

	if (!rd_u32le(r, &count))
		return bad_event(why, n, "is cut off");
	if (count > EVENTLOG_DIGESTS_MAX)
		return bad_event(why, n, "has too many digests");
	for (i = 0; i < count; i++) {
		if (!rd_u16le(r, &alg))
			return bad_event(why, n, "is cut off");
		/* Trustee takes SHA-1 in the header, but not here. */
		if (alg == ALG_SHA1 || !in_header(log, alg))
			return bad_event(why, n, "has a digest of another kind");
		e->digests[i].alg = alg;
		if (!rd_sub(r, algs[find_alg(alg)].len, &e->digests[i].bytes))
			return bad_event(why, n, "is cut off");
	}
	e->digest_count = count;
	return 0;
}

static bool is_utf8(const struct reader *r)
{
	const char *p = (const char *)r->p, *end = p + r->left;
	size_t n;

	for (; p < end; p += n) {
		n = utf8_len(p, end);
		if (n == 0)
			return false;
	}
	return true;
}

/* PFP 10.4.2.1 (TCG_PCClientTaggedEvent). */
static bool parse_tag(const struct eventlog_event *e, uint32_t *ret_tag,
		      struct reader *ret_text)
{
	struct reader r = e->data;
	uint32_t len;

	return rd_u32le(&r, ret_tag) && rd_u32le(&r, &len) &&
	       rd_sub(&r, len, ret_text);
}

static size_t count_spaces(const struct reader *text)
{
	size_t i, n = 0;

	for (i = 0; i < text->left; i++)
		n += text->p[i] == ' ';
	return n;
}

/* What Trustee's parsers of the data would not take; NULL when all is well. */
static const char *data_wrong(const struct eventlog_event *e, int type)
{
	struct reader text;
	uint32_t tag;

	if (types[type].text && !is_utf8(&e->data))
		return "is no text";
	if (e->type != EVENTLOG_TYPE_TAG)
		return NULL;
	if (!parse_tag(e, &tag, &text))
		return "has a tag of another size than it says";
	if (!is_utf8(&text))
		return "is no text";
	if (tag == TAG_AAEL && count_spaces(&text) < 2)
		return "has no domain, operation and content";
	return NULL;
}

/* PFP 10.2.2 (TCG_PCR_EVENT2); N counts from 1, for *WHY. */
static int parse_event(struct reader *r, const struct eventlog *log, size_t n,
		       struct eventlog_event *ret, struct reason *why)
{
	struct eventlog_event e = { 0 };
	const char *wrong;
	uint32_t len;
	int type, k;

	if (!rd_u32le(r, &e.mr) || !rd_u32le(r, &e.type))
		return bad_event(why, n, "is cut off");
	type = find_type(e.type);
	if (type < 0)
		return bad_event(why, n, "has an unknown type");
	k = parse_digests(r, log, n, &e, why);
	if (k < 0)
		return k;
	if (!rd_u32le(r, &len) || !rd_sub(r, len, &e.data))
		return bad_event(why, n, "is cut off");
	wrong = data_wrong(&e, type);
	if (wrong)
		return bad_event(why, n, wrong);
	*ret = e;
	return 0;
}

int eventlog_parse(const uint8_t *data, size_t len, struct eventlog *ret,
		   struct reason *why)
{
	struct eventlog log = { .data = data };
	struct reader r = READER(data, len);
	struct eventlog_event e;
	int k;

	k = parse_header(&r, &log, why);
	if (k < 0)
		return k;
	log.first = len - r.left;
	while (!at_end(&r)) {
		k = parse_event(&r, &log, log.count + 1, &e, why);
		if (k < 0)
			return k;
		log.count++;
	}
	log.len = len - r.left;
	*ret = log;
	return 0;
}

bool eventlog_next(const struct eventlog *log, size_t *at,
		   struct eventlog_event *ret)
{
	struct reader r = READER(log->data + *at, log->len - *at);
	int k;

	if (r.left == 0)
		return false;
	k = parse_event(&r, log, 0, ret, NULL);
	/* It went well when the log was parsed. */
	assert(k == 0);
	*at = log->len - r.left;
	return true;
}

static int extend(struct digest *mr, const struct reader *digest)
{
	uint8_t both[2 * HASH_LEN_MAX];
	size_t len = hash_len(mr->alg);

	assert(digest->left == len);
	memcpy(both, mr->bytes, len);
	memcpy(both + len, digest->p, len);
	return hash(mr->alg, both, 2 * len, mr);
}

int eventlog_replay(const struct eventlog *log, uint32_t mr, enum hash alg,
		    struct digest *ret)
{
	struct digest value = { .alg = alg };
	struct eventlog_event e;
	size_t at = log->first, i;
	int r = 0;

	while (eventlog_next(log, &at, &e)) {
		for (i = 0; i < e.digest_count && e.mr == mr && r == 0; i++)
			if (eventlog_alg_hash(e.digests[i].alg) == alg)
				r = extend(&value, &e.digests[i].bytes);
		if (r < 0)
			return r;
	}
	*ret = value;
	return 0;
}

bool eventlog_text(const struct eventlog_event *e, struct reader *ret)
{
	struct reader text;
	uint32_t tag;

	if (e->type != EVENTLOG_TYPE_TAG || !parse_tag(e, &tag, &text) ||
	    tag != TAG_AAEL)
		return false;
	*ret = text;
	return true;
}

void eventlog_put_data(struct buf *b, const void *text, size_t len)
{
	struct reader r = READER(text, len);
	size_t spaces = count_spaces(&r);
	const char *content = spaces < 2 ? " -" : "";

	assert(spaces > 0);
	buf_u32le(b, TAG_AAEL);
	buf_u32le(b, (uint32_t)(len + strlen(content)));
	buf_add(b, text, len);
	buf_str(b, content);
}

void eventlog_put_event(struct buf *b, uint32_t mr, const struct digest *digest,
			const void *event, size_t len)
{
	size_t i;

	for (i = 0; algs[i].hash != digest->alg; i++)
		;
	buf_u32le(b, mr);
	buf_u32le(b, EVENTLOG_TYPE_TAG);
	buf_u32le(b, 1);
	buf_u16le(b, algs[i].id);
	buf_add(b, digest->bytes, algs[i].len);
	buf_u32le(b, (uint32_t)len);
	buf_add(b, event, len);
}

void eventlog_put_header(struct buf *b)
{
	static const uint16_t table[] = { ALG_SHA384, ALG_SM3 };
	static const uint8_t zeros[SPEC_ID_LEN];
	size_t i;

	buf_u32le(b, 0);
	buf_u32le(b, TYPE_NO_ACTION);
	buf_add(b, zeros, SHA1_LEN);
	buf_u32le(b, SPEC_ID_LEN + 4 + ARRAY_SIZE(table) * 4 + 1);
	buf_add(b, zeros, SPEC_ID_LEN);
	buf_u32le(b, ARRAY_SIZE(table));
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		buf_u16le(b, table[i]);
		buf_u16le(b, algs[find_alg(table[i])].len);
	}
	buf_u8(b, 0);
}

void eventlog_put_end(struct buf *b)
{
	static const uint8_t end[END_LEN] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};

	buf_add(b, end, sizeof(end));
}
