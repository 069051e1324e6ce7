/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first byte chooses the logical block, the rest is the area after it; the
 * checksums are made right first, or nothing would get behind them.
 */
#include <string.h>

#include "gpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t area[GPT_AREA_MAX];
static struct gpt table;

static void put_crc(uint8_t *at, const uint8_t *p, size_t len)
{
	uint32_t crc = ~UINT32_C(0);
	unsigned bit;

	while (len-- > 0) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	crc = ~crc;
	for (bit = 0; bit < 32; bit += 8)
		*at++ = (uint8_t)(crc >> bit);
}

static void seal(unsigned block)
{
	put_crc(area + block + 88, area + 2 * block, GPT_AREA_LEN(block) - 2 * block);
	memset(area + block + 16, 0, 4);
	put_crc(area + block + 16, area + block, 92);
}

static void check(uint64_t disk)
{
	size_t i, k;

	assert(table.count <= GPT_ENTRIES);
	for (i = 0; i < table.count; i++) {
		const struct gpt_partition *p = &table.parts[i], *q;

		assert(p->number >= 1 && p->number <= GPT_ENTRIES && p->size);
		assert(p->start < disk && p->size <= disk - p->start);
		assert(strlen(p->uuid) == GPT_UUID_LEN);
		assert(strlen(p->label) <= GPT_LABEL_LEN);
		for (k = 0; k < i; k++) {
			q = &table.parts[k];
			assert(p->number > q->number);
			assert(p->start >= q->start + q->size ||
			       q->start >= p->start + p->size);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned block = size && *data ? 4096 : 512;
	uint64_t disk = (uint64_t)block << 20;
	struct reason why = { 0 };
	int r;

	if (size < 1 || size - 1 > GPT_AREA_LEN(block) - block)
		return 0;
	memset(area, 0, sizeof(area));
	memcpy(area + block, data + 1, size - 1);
	seal(block);
	r = gpt_parse(area, GPT_AREA_LEN(block), block, disk, &table, &why);
	assert(r == 0 || r == -ENOENT || r == -EBADMSG);
	assert((r == -EBADMSG) == (why.code == CODE_DISK_MISSING));
	if (r == 0)
		check(disk);
	return 0;
}
