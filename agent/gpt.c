/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "gpt.h"

/* 5.3.2, Table 5.5; the rest of the block is zero. */
#define HEADER_LEN	92
#define HEADER_CRC	16		/* offset of the checksum */
#define REVISION	0x00010000

struct header {
	uint64_t first, last;		/* blocks that partitions may have */
	uint32_t entries_crc;
};

/* The CRC of 5.3.1, bit by bit: the area is 16 KiB, once. */
static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = ~UINT32_C(0);
	unsigned bit;
	size_t i;

	for (i = 0; i < len; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

static int bad(struct reason *why, const char *text)
{
	return reason_set(why, -EBADMSG, CODE_DISK_MISSING,
			  "the partition table %s", text);
}

static bool checksum_is_right(const uint8_t *block)
{
	uint8_t copy[HEADER_LEN];
	struct reader r = READER(block + HEADER_CRC, 4);
	uint32_t crc;

	memcpy(copy, block, sizeof(copy));
	memset(copy + HEADER_CRC, 0, 4);
	return rd_u32le(&r, &crc) && crc == crc32(copy, sizeof(copy));
}

static int parse_header(const uint8_t *at, unsigned block, uint64_t blocks,
			struct header *ret, struct reason *why)
{
	uint32_t revision = 0, len = 0, zero = 0, entries = 0, entry_len = 0;
	struct reader r = READER(at + 8, HEADER_LEN - 8);
	uint64_t own = 0, backup = 0, entries_at = 0;
	struct header h = { 0 };

	if (!rd_u32le(&r, &revision) || !rd_u32le(&r, &len) ||
	    !rd_skip(&r, 4) || !rd_u32le(&r, &zero) || !rd_u64le(&r, &own) ||
	    !rd_u64le(&r, &backup) || !rd_u64le(&r, &h.first) ||
	    !rd_u64le(&r, &h.last) || !rd_skip(&r, 16) ||
	    !rd_u64le(&r, &entries_at) || !rd_u32le(&r, &entries) ||
	    !rd_u32le(&r, &entry_len) || !rd_u32le(&r, &h.entries_crc))
		return bad(why, "is cut off");
	if (revision != REVISION || len != HEADER_LEN || zero != 0)
		return bad(why, "has a header of another version");
	if (!checksum_is_right(at))
		return bad(why, "has a header with a wrong checksum");
	if (!all_zero(at + HEADER_LEN, block - HEADER_LEN))
		return bad(why, "has something behind its header");
	if (own != 1 || backup <= own || entries_at != 2 ||
	    entries != GPT_ENTRIES || entry_len != GPT_ENTRY_LEN)
		return bad(why, "is not laid out as tools do");
	if (h.first < GPT_AREA_LEN(block) / block || h.first > h.last ||
	    h.last >= blocks)
		return bad(why, "does not fit the disk");
	*ret = h;
	return 0;
}

/* UTF-16 with little-endian units up to the first zero (5.3.3, Table 5.6). */
static void read_label(const uint8_t *at, char ret[static GPT_LABEL_LEN + 1])
{
	size_t i;

	memset(ret, 0, GPT_LABEL_LEN + 1);
	for (i = 0; i < GPT_LABEL_LEN; i++) {
		uint8_t low = at[2 * i], high = at[2 * i + 1];

		if (low == 0 && high == 0)
			return;
		if (high != 0 || low < 0x20 || low > 0x7e) {
			memset(ret, 0, GPT_LABEL_LEN + 1);
			return;
		}
		ret[i] = (char)low;
	}
}

/* The first three fields are little endian (appendix A). */
static void read_uuid(const uint8_t *g, char ret[static GPT_UUID_LEN + 1])
{
	(void)snprintf(ret, GPT_UUID_LEN + 1,
		       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		       "%02x%02x%02x%02x%02x%02x",
		       g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8],
		       g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
}

static bool overlap(const struct gpt_partition *a, const struct gpt_partition *b)
{
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

static int parse_entry(const uint8_t *at, const struct header *h,
		       unsigned block, struct gpt *g, struct reason *why)
{
	struct gpt_partition *p = &g->parts[g->count];
	struct reader r = READER(at + 32, 16);
	uint64_t first, last;
	size_t i;

	if (!rd_u64le(&r, &first) || !rd_u64le(&r, &last) || first > last ||
	    first < h->first || last > h->last)
		return bad(why, "has a partition outside of its range");
	read_uuid(at + 16, p->uuid);
	read_label(at + 56, p->label);
	p->start = first * block;
	p->size = (last - first + 1) * block;
	for (i = 0; i < g->count; i++)
		if (overlap(p, &g->parts[i]))
			return bad(why, "has two partitions that overlap");
	g->count++;
	return 0;
}

int gpt_parse(const uint8_t *area, size_t len, unsigned block,
	      uint64_t disk_size, struct gpt *ret, struct reason *why)
{
	const uint8_t *entries;
	struct header h = { 0 };
	unsigned i;
	int r;

	if (block < 512 || block > GPT_BLOCK_MAX || len < GPT_AREA_LEN(block) ||
	    disk_size > INT64_MAX || memcmp(area + block, "EFI PART", 8) != 0)
		return -ENOENT;
	r = parse_header(area + block, block, disk_size / block, &h, why);
	if (r < 0)
		return r;
	entries = area + 2 * (size_t)block;
	if (crc32(entries, GPT_ENTRIES * GPT_ENTRY_LEN) != h.entries_crc)
		return bad(why, "has entries with a wrong checksum");
	*ret = (struct gpt){ 0 };
	for (i = 0; i < GPT_ENTRIES; i++) {
		const uint8_t *at = entries + (size_t)i * GPT_ENTRY_LEN;

		/* An entry whose type is zero is not used. */
		if (all_zero(at, 16))
			continue;
		ret->parts[ret->count].number = i + 1;
		r = parse_entry(at, &h, block, ret, why);
		if (r < 0)
			return r;
	}
	return 0;
}

bool gpt_matches(const struct gpt_partition *p, const char *spec)
{
	if (strncmp(spec, "PARTLABEL=", 10) == 0)
		return spec[10] && strcmp(p->label, spec + 10) == 0;
	return strncmp(spec, "PARTUUID=", 9) == 0 &&
	       strcasecmp(p->uuid, spec + 9) == 0;
}
