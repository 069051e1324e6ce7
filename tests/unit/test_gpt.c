/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table as tools write it; then one field after the other is another. */
#include "gpt.h"
#include "util.h"
#include "test.h"

#define BLOCK		512
#define BLOCKS		4096		/* a disk of 2 MiB */
#define DISK_LEN	((uint64_t)BLOCKS * BLOCK)
#define ENTRIES_AT	(2 * BLOCK)
#define UUID_1		"a2a1a0ff-0102-0304-0506-0708090a0b01"
#define UUID_5		"a2a1a0ff-0102-0304-0506-0708090a0b05"

static uint8_t area[GPT_AREA_MAX];
static struct gpt table;

static void put(size_t at, uint64_t v, size_t len)
{
	for (; len > 0; len--, v >>= 8)
		area[at++] = (uint8_t)v;
}

/* Byte-wise with a table, other than the code under test. */
static uint32_t crc(const uint8_t *p, size_t len)
{
	uint32_t t[256], v = 0xffffffff;
	unsigned i, k;

	for (i = 0; i < 256; i++) {
		t[i] = i;
		for (k = 0; k < 8; k++)
			t[i] = t[i] & 1 ? t[i] >> 1 ^ 0xedb88320 : t[i] >> 1;
	}
	while (len-- > 0)
		v = v >> 8 ^ t[(v ^ *p++) & 0xff];
	return ~v;
}

static void seal(unsigned block)
{
	put(block + 88, crc(area + 2 * block, 128 * 128), 4);
	put(block + 16, 0, 4);
	put(block + 16, crc(area + block, 92), 4);
}

static void entry(unsigned block, unsigned number, uint64_t first,
		  uint64_t last, const char *label)
{
	size_t at = 2 * block + (number - 1) * 128, i;

	put(at, 0x0fc63daf, 4);
	for (i = 0; i < 16; i++)
		area[at + 16 + i] = (uint8_t)i;
	put(at + 16, 0xa2a1a0ff, 4);
	put(at + 20, 0x0102, 2);
	put(at + 22, 0x0304, 2);
	for (i = 0; i < 8; i++)
		area[at + 24 + i] = (uint8_t)(5 + i);
	area[at + 31] = (uint8_t)number;
	put(at + 32, first, 8);
	put(at + 40, last, 8);
	for (i = 0; label[i]; i++)
		put(at + 56 + 2 * i, (uint8_t)label[i], 2);
}

static void make(unsigned block)
{
	uint64_t first = GPT_AREA_LEN(block) / block;

	memset(area, 0, sizeof(area));
	memcpy(area + block, "EFI PART", 8);
	put(block + 8, 0x10000, 4);
	put(block + 12, 92, 4);
	put(block + 24, 1, 8);
	put(block + 32, BLOCKS - 1, 8);
	put(block + 40, first, 8);
	put(block + 48, BLOCKS - 34, 8);
	put(block + 72, 2, 8);
	put(block + 80, 128, 4);
	put(block + 84, 128, 4);
	entry(block, 1, first, 99, "root");
	entry(block, 5, 200, 299, "a label of thirty-six characters now");
	seal(block);
}

static int parse(struct reason *why)
{
	*why = (struct reason){ 0 };
	return gpt_parse(area, sizeof(area), BLOCK, DISK_LEN, &table, why);
}

static void as_it_is(void)
{
	struct reason why = { 0 };
	unsigned block;

	for (block = 512; block <= 4096; block *= 8) {
		uint64_t first = block == 512 ? 34 : 6;

		make(block);
		CHECK_EQ_INT(gpt_parse(area, GPT_AREA_LEN(block), block,
				       (uint64_t)BLOCKS * block, &table, &why), 0);
		REQUIRE(table.count == 2);
		CHECK_EQ_INT(table.parts[0].number, 1);
		CHECK_EQ_STR(table.parts[0].label, "root");
		CHECK_EQ_STR(table.parts[0].uuid, UUID_1);
		CHECK_EQ_INT(table.parts[0].start, first * block);
		CHECK_EQ_INT(table.parts[0].size, (100 - first) * block);
		CHECK_EQ_INT(table.parts[1].number, 5);
		CHECK_EQ_STR(table.parts[1].uuid, UUID_5);
		CHECK_EQ_STR(table.parts[1].label,
			     "a label of thirty-six characters now");
	}
}

/* Each with right checksums, unless they are what is wrong. */
static const struct {
	const char *name, *sentence;	/* NULL: no table at all */
	size_t at;
	uint64_t value;
	size_t len;
	bool sealed;
} flaws[] = {
	{ "signature", NULL, BLOCK, 'X', 1, true },
	{ "revision", "of another version", BLOCK + 8, 0x20000, 4, true },
	{ "header size", "of another version", BLOCK + 12, 96, 4, true },
	{ "reserved", "of another version", BLOCK + 20, 1, 4, true },
	{ "header's checksum", "header with a wrong checksum", BLOCK + 56, 1, 1,
	  false },
	{ "behind the header", "behind its header", BLOCK + 92, 1, 1, true },
	{ "end of the block", "behind its header", BLOCK + 511, 1, 1, true },
	{ "own block", "laid out", BLOCK + 24, 2, 8, true },
	{ "backup", "laid out", BLOCK + 32, 1, 8, true },
	{ "place of entries", "laid out", BLOCK + 72, 3, 8, true },
	{ "number of entries", "laid out", BLOCK + 80, 0x80000000, 4, true },
	{ "size of entries", "laid out", BLOCK + 84, 256, 4, true },
	{ "first usable in the entries", "fit the disk", BLOCK + 40, 33, 8, true },
	{ "first above last", "fit the disk", BLOCK + 48, 33, 8, true },
	{ "last behind the disk", "fit the disk", BLOCK + 48, BLOCKS, 8, true },
	{ "last of all ones", "fit the disk", BLOCK + 48, UINT64_MAX, 8, true },
	{ "entries' checksum", "entries with a wrong checksum",
	  ENTRIES_AT + 127 * 128 + 127, 1, 1, false },
	{ "starts too early", "outside of its range", ENTRIES_AT + 32, 33, 8, true },
	{ "ends too late", "outside of its range", ENTRIES_AT + 4 * 128 + 40,
	  BLOCKS - 33, 8, true },
	{ "ends before its start", "outside of its range", ENTRIES_AT + 40, 33, 8,
	  true },
	{ "ends at all ones", "outside of its range", ENTRIES_AT + 40, UINT64_MAX,
	  8, true },
	{ "overlap by one", "overlap", ENTRIES_AT + 40, 200, 8, true },
	{ "inside another", "overlap", ENTRIES_AT + 40, 4000, 8, true },
};

static void flawed(void)
{
	struct reason why;
	size_t i;
	int r;

	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		CASE(flaws[i].name);
		make(BLOCK);
		put(flaws[i].at, flaws[i].value, flaws[i].len);
		if (flaws[i].sealed)
			seal(BLOCK);
		r = parse(&why);
		CHECK_EQ_INT(r, flaws[i].sentence ? -EBADMSG : -ENOENT);
		if (!flaws[i].sentence)
			continue;
		CHECK_EQ_INT(why.code, CODE_DISK_MISSING);
		CHECK(strstr(why.text, flaws[i].sentence));
	}
}

static void sizes(void)
{
	struct reason why = { 0 };

	make(BLOCK);
	CHECK_EQ_INT(gpt_parse(area, GPT_AREA_LEN(BLOCK) - 1, BLOCK, DISK_LEN,
			       &table, &why), -ENOENT);
	CHECK_EQ_INT(gpt_parse(area, sizeof(area), 256, DISK_LEN, &table, &why),
		     -ENOENT);
	CHECK_EQ_INT(gpt_parse(area, sizeof(area), 8192, DISK_LEN, &table, &why),
		     -ENOENT);
	/* The last usable block is the disk's last one, then behind it. */
	CHECK_EQ_INT(gpt_parse(area, sizeof(area), BLOCK,
			       (uint64_t)(BLOCKS - 33) * BLOCK, &table, &why), 0);
	CHECK_EQ_INT(gpt_parse(area, sizeof(area), BLOCK,
			       (uint64_t)(BLOCKS - 34) * BLOCK, &table, &why),
		     -EBADMSG);
	CHECK_EQ_INT(gpt_parse(area, sizeof(area), BLOCK, UINT64_MAX, &table,
			       &why), -ENOENT);
}

/* Neighbours may touch. */
static void adjacent(void)
{
	struct reason why;

	make(BLOCK);
	put(ENTRIES_AT + 40, 199, 8);
	seal(BLOCK);
	CHECK_EQ_INT(parse(&why), 0);
}

static void labels(void)
{
	struct reason why;

	make(BLOCK);
	put(ENTRIES_AT + 56 + 2, 0x0100 + 'o', 2);
	put(ENTRIES_AT + 4 * 128 + 56, '\n', 2);
	seal(BLOCK);
	REQUIRE(parse(&why) == 0 && table.count == 2);
	CHECK_EQ_STR(table.parts[0].label, "");
	CHECK_EQ_STR(table.parts[1].label, "");
	CHECK(!gpt_matches(&table.parts[0], "PARTLABEL="));
	CHECK(!gpt_matches(&table.parts[0], "PARTLABEL=root"));
}

static void matching(void)
{
	struct reason why;

	make(BLOCK);
	REQUIRE(parse(&why) == 0 && table.count == 2);
	CHECK(gpt_matches(&table.parts[0], "PARTLABEL=root"));
	CHECK(!gpt_matches(&table.parts[0], "PARTLABEL=roo"));
	CHECK(!gpt_matches(&table.parts[0], "PARTLABEL=rooty"));
	CHECK(!gpt_matches(&table.parts[0], "PARTLABEL=Root"));
	CHECK(gpt_matches(&table.parts[0], "PARTUUID=" UUID_1));
	CHECK(gpt_matches(&table.parts[0],
			  "PARTUUID=A2A1A0FF-0102-0304-0506-0708090A0B01"));
	CHECK(!gpt_matches(&table.parts[0], "PARTUUID=" UUID_5));
	CHECK(!gpt_matches(&table.parts[0], "UUID=" UUID_1));
}

static const struct test tests[] = {
	{ "a table as tools write it, with small and large blocks", as_it_is },
	{ "each flaw, with right checksums", flawed },
	{ "areas, blocks and disks of other sizes", sizes },
	{ "partitions that touch each other", adjacent },
	{ "labels that are not printable name nothing", labels },
	{ "names", matching },
};
TEST_MAIN(tests)
