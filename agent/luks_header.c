/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "encode.h"
#include "luks_header.h"
#include "luks_metadata.h"
#include "secret.h"

/* 2.1, Figure 2: the fields of a binary header in their order, in bytes. */
#define MAGIC_LEN	6
#define CSUM_ALG_LEN	32
#define SALT_LEN	64
#define UUID_FIELD_LEN	40
#define PADDING_LEN	184
#define CSUM_OFFSET	448
#define CSUM_LEN	64

#define SHA256_LEN	32

/* A string of the binary header, with the NUL that must be there. */
#define TEXT_MAX	LUKS_LABEL_LEN

struct binary {
	const uint8_t *magic;
	uint16_t version;
	uint64_t hdr_size, seqid, hdr_offset;
	char label[TEXT_MAX], csum_alg[TEXT_MAX], uuid[TEXT_MAX];
	char subsystem[TEXT_MAX];
	const uint8_t *csum;
};

/* One of the two copies, and what sentences call it. */
struct copy {
	const uint8_t *data;		/* LUKS_COPY_LEN bytes */
	const char *name, *magic;
	uint64_t offset;
	struct binary binary;
	size_t json_len;
};

static int bad(const struct copy *c, const char *what, struct reason *why)
{
	return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT, "%s: %s", c->name,
			  what);
}

/* A C string of printable ASCII in a field of LEN bytes, then zeros. */
static bool read_text(struct reader *r, size_t len, char ret[static TEXT_MAX])
{
	struct reader field;
	size_t n;

	if (!rd_sub(r, len, &field))
		return false;
	for (n = 0; n < len && field.p[n] >= 0x20 && field.p[n] <= 0x7e; n++)
		;
	if (n == len || !all_zero(field.p + n, len - n))
		return false;
	memcpy(ret, field.p, n);
	memset(ret + n, 0, TEXT_MAX - n);
	return true;
}

static bool read_zero(struct reader *r, size_t len)
{
	struct reader field;

	return rd_sub(r, len, &field) && all_zero(field.p, len);
}

/* 2.1: magic, version and size say whether the rest can be read at all. */
static int read_start(struct copy *c, struct reader *r, struct reason *why)
{
	struct binary *b = &c->binary;
	struct reader magic;

	if (!rd_sub(r, MAGIC_LEN, &magic) || !rd_u16be(r, &b->version) ||
	    !rd_u64be(r, &b->hdr_size) || !rd_u64be(r, &b->seqid))
		return bad(c, "too short", why);
	if (memcmp(magic.p, c->magic, MAGIC_LEN) != 0)
		return bad(c, "the magic is not that of LUKS", why);
	if (b->version != 2)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: LUKS version %u, not 2", c->name,
				  b->version);
	if (b->hdr_size != LUKS_COPY_LEN)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: size %" PRIu64 ", not %d", c->name,
				  b->hdr_size, LUKS_COPY_LEN);
	return 0;
}

static int read_binary(struct copy *c, struct reason *why)
{
	struct reader r = READER(c->data, LUKS_BINARY_LEN), csum;
	struct binary *b = &c->binary;
	int e;

	e = read_start(c, &r, why);
	if (e < 0)
		return e;
	if (!read_text(&r, LUKS_LABEL_LEN, b->label))
		return bad(c, "the label is not printable text", why);
	if (!read_text(&r, CSUM_ALG_LEN, b->csum_alg))
		return bad(c, "the checksum's name is not printable text", why);
	if (!rd_skip(&r, SALT_LEN))
		return bad(c, "too short", why);
	if (!read_text(&r, UUID_FIELD_LEN, b->uuid))
		return bad(c, "the UUID is not printable text", why);
	if (!read_text(&r, LUKS_LABEL_LEN, b->subsystem))
		return bad(c, "the subsystem is not printable text", why);
	if (!rd_u64be(&r, &b->hdr_offset) || !read_zero(&r, PADDING_LEN))
		return bad(c, "the padding is not zero", why);
	if (!rd_sub(&r, CSUM_LEN, &csum) || !read_zero(&r, r.left))
		return bad(c, "the padding is not zero", why);
	b->csum = csum.p;
	return 0;
}

bool luks_header_is_called(const uint8_t *start, const char *uuid)
{
	struct copy c = { .data = start, .name = "primary",
			  .magic = "LUKS\xba\xbe" };
	struct reason unused = { 0 };

	return read_binary(&c, &unused) == 0 &&
	       strcasecmp(c.binary.uuid, uuid) == 0;
}

/* 2.1: over the whole copy with the field itself zeroed. */
static int check_csum(const struct copy *c, struct reason *why)
{
	uint8_t zeroed[LUKS_COPY_LEN];
	struct digest d;
	int r;

	if (strcmp(c->binary.csum_alg, "sha256") != 0)
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: checksum '%s', not 'sha256'", c->name,
				  c->binary.csum_alg);
	memcpy(zeroed, c->data, sizeof(zeroed));
	memset(zeroed + CSUM_OFFSET, 0, CSUM_LEN);
	r = hash(HASH_SHA256, zeroed, sizeof(zeroed), &d);
	if (r < 0)
		return reason_set(why, r, CODE_INTERNAL, "cannot hash");
	if (!equal_ct(c->binary.csum, d.bytes, SHA256_LEN) ||
	    !all_zero(c->binary.csum + SHA256_LEN, CSUM_LEN - SHA256_LEN))
		return bad(c, "the checksum is wrong", why);
	return 0;
}

/* As uuid_unparse_lower(3) writes it. */
bool luks_is_uuid(const char *text)
{
	return is_uuid(text) && !strpbrk(text, "ABCDEF");
}

/* 2.2: a C string, then zeros to the end of the area. */
static int check_json_area(struct copy *c, struct reason *why)
{
	const uint8_t *area = c->data + LUKS_BINARY_LEN;
	const uint8_t *end = memchr(area, 0, LUKS_JSON_LEN);

	if (!end)
		return bad(c, "the JSON area does not end", why);
	c->json_len = (size_t)(end - area);
	if (!all_zero(end, LUKS_JSON_LEN - c->json_len))
		return bad(c, "there is something behind the JSON", why);
	return 0;
}

static int check_copy(struct copy *c, struct reason *why)
{
	const struct binary *b = &c->binary;
	int r;

	r = read_binary(c, why);
	if (r < 0)
		return r;
	r = check_csum(c, why);
	if (r < 0)
		return r;
	if (b->hdr_offset != c->offset)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%s: made for byte %" PRIu64
				  ", found at %" PRIu64, c->name,
				  b->hdr_offset, c->offset);
	if (!luks_is_uuid(b->uuid))
		return bad(c, "the UUID is malformed", why);
	/* It would choose which udev rules of the system apply. */
	if (b->subsystem[0])
		return reason_set(why, -EBADMSG, CODE_HEADER_PROFILE,
				  "%s: the subsystem is '%s', not empty",
				  c->name, b->subsystem);
	return check_json_area(c, why);
}

/*
 * libcryptsetup takes the copy with the greater sequence number (2.1), so a
 * second copy that differs is what would be opened.
 */
static int compare_copies(const struct copy *first, const struct copy *second,
			  struct reason *why)
{
	const struct binary *a = &first->binary, *b = &second->binary;

	if (a->seqid != b->seqid)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "the copies have sequence numbers %" PRIu64
				  " and %" PRIu64, a->seqid, b->seqid);
	if (strcmp(a->uuid, b->uuid) != 0)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "the copies have different UUIDs");
	if (strcmp(a->label, b->label) != 0)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "the copies have different labels");
	if (memcmp(first->data + LUKS_BINARY_LEN,
		   second->data + LUKS_BINARY_LEN, LUKS_JSON_LEN) != 0)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "the copies have different metadata");
	return 0;
}

int luks_header_parse(const uint8_t *area, size_t len, uint64_t device_size,
		      const struct luks_profile *p, struct luks_header *ret,
		      struct reason *why)
{
	struct copy first = {
		.data = area, .name = "primary header",
		.magic = "LUKS\xba\xbe", .offset = 0,
	};
	struct copy second = {
		.name = "secondary header",
		.magic = "SKUL\xba\xbe", .offset = LUKS_COPY_LEN,
	};
	struct luks_header h = { .device_size = device_size };
	int r;

	if (len < LUKS_AREA_LEN)
		return reason_set(why, -EBADMSG, CODE_HEADER_FORMAT,
				  "%zu bytes are no LUKS2 header", len);
	second.data = area + LUKS_COPY_LEN;
	r = check_copy(&first, why);
	if (r < 0)
		return r;
	r = check_copy(&second, why);
	if (r < 0)
		return r;
	r = compare_copies(&first, &second, why);
	if (r < 0)
		return r;
	r = luks_metadata_parse((const char *)area + LUKS_BINARY_LEN,
				first.json_len, p, &h, why);
	if (r < 0)
		return r;
	memcpy(h.uuid, first.binary.uuid, sizeof(h.uuid));
	memcpy(h.label, first.binary.label, sizeof(h.label));
	h.seqid = first.binary.seqid;
	*ret = h;
	return 0;
}
