/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A LUKS2 header, with its checksums made right, or no input would ever get
 * past them.
 *
 * The first byte says what the rest is: 0, the JSON of both copies; 1, the
 * first sector of each binary header and then the JSON of both; 2, the whole
 * header area; 3, the same as it is, checksums and all.
 */
#include <string.h>

#include "buf.h"
#include "luks_check.h"

#define SECTOR		512
#define CSUM_OFFSET	448
#define CSUM_LEN	64

enum { JSON_ONLY, SECTORS, AREA, AS_IT_IS, KINDS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(uint8_t *at, const void *data, size_t len)
{
	memcpy(at, data, len);
}

/* 2.1 of the specification, Figure 2. */
static void make_binary(uint8_t *copy, const char *magic, uint8_t offset)
{
	put(copy, magic, 6);
	copy[7] = 2;			/* version */
	copy[14] = 0x40;		/* hdr_size 16384 */
	copy[23] = 3;			/* seqid */
	put(copy + 72, "sha256", 6);
	put(copy + 168, "b7b439c1-6377-491f-995e-f1a2433492ff", 36);
	copy[262] = offset;		/* hdr_offset */
}

static void repair(uint8_t *copy)
{
	struct digest d;

	memset(copy + CSUM_OFFSET, 0, CSUM_LEN);
	if (hash(HASH_SHA256, copy, LUKS_COPY_LEN, &d) == 0)
		put(copy + CSUM_OFFSET, d.bytes, hash_len(HASH_SHA256));
}

static void make_area(uint8_t *area, const uint8_t *data, size_t size)
{
	unsigned kind = size ? data[0] % KINDS : JSON_ONLY;
	struct reader r = READER(data, size), part;
	size_t at;

	make_binary(area, "LUKS\xba\xbe", 0);
	make_binary(area + LUKS_COPY_LEN, "SKUL\xba\xbe", 0x40);
	if (size && !rd_skip(&r, 1))
		return;
	for (at = 0; at < LUKS_AREA_LEN && kind == SECTORS;
	     at += LUKS_COPY_LEN)
		if (rd_sub(&r, SECTOR, &part))
			put(area + at, part.p, part.left);
	if (kind == AREA || kind == AS_IT_IS) {
		put(area, r.p, MIN(r.left, LUKS_AREA_LEN));
	} else {
		for (at = LUKS_BINARY_LEN; at < LUKS_AREA_LEN;
		     at += LUKS_COPY_LEN)
			put(area + at, r.p, MIN(r.left, LUKS_JSON_LEN));
	}
	for (at = 0; at < LUKS_AREA_LEN && kind != AS_IT_IS;
	     at += LUKS_COPY_LEN)
		repair(area + at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct luks_profile profile = { .ram = RAM };
	uint8_t area[LUKS_AREA_LEN] = { 0 };
	struct reason why = { 0 };
	struct luks_header h;
	int r;

	make_area(area, data, size);
	r = luks_header_parse(area, sizeof(area), DEVICE_SIZE, &profile, &h,
			      &why);
	if (r == 0) {
		assert(strlen(h.uuid) == LUKS_UUID_LEN);
		assert(strlen(h.label) < LUKS_LABEL_LEN);
		luks_check(&h);
		return 0;
	}
	assert(why.text[0]);
	assert(why.code == CODE_HEADER_FORMAT ||
	       why.code == CODE_HEADER_PROFILE);
	return 0;
}
