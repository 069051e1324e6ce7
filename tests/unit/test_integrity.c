/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The superblock that Linux 6.12 writes; then one field after the other is
 * another. */
#include "integrity.h"
#include "test.h"

#define MIB	((uint64_t)1024 * 1024)
#define SECTORS	81920

static const uint8_t good[INTEGRITY_SUPERBLOCK_LEN] = {
	'i', 'n', 't', 'e', 'g', 'r', 't', 0,
	4, 15,				/* version, log2 of the interleave */
	32, 0,				/* tag size */
	7, 0, 0, 0,			/* journal sections */
	0, 0x40, 1, 0, 0, 0, 0, 0,	/* provided data sectors */
	8, 0, 0, 0,			/* flags */
	3, 0,				/* log2 of sectors a block, of the bitmap */
};

static struct luks_header header(void)
{
	return (struct luks_header){
		.suite = luks_suite_find("aes-xts-plain64", "hmac(sha256)"),
		.data_offset = 16 * MIB, .data_size = 48 * MIB,
		.sector_size = 4096,
	};
}

static void as_it_is(void)
{
	struct luks_header h = header();
	struct reason why = { 0 };
	uint64_t size = 0;

	REQUIRE(h.suite);
	CHECK_EQ_INT(integrity_parse(good, &h, &size, &why), 0);
	CHECK_EQ_INT(size, SECTORS * 512);
	/* No journal at all, but room for all tags. */
	h.data_size = 4096 + SECTORS * 512 + SECTORS / 8 * 32;
	CHECK_EQ_INT(integrity_parse(good, &h, &size, &why), 0);
	h.data_size -= 512;
	CHECK_EQ_INT(integrity_parse(good, &h, &size, &why), -EBADMSG);
}

static const struct {
	const char *name, *sentence;
	size_t at;
	uint8_t value;
	enum code code;
} flaws[] = {
	{ "magic", "is not there", 0, 'I', CODE_HEADER_FORMAT },
	{ "end of the magic", "is not there", 7, 1, CODE_HEADER_FORMAT },
	{ "version 0", "another version", 8, 0, CODE_HEADER_FORMAT },
	{ "version 7", "another version", 8, 7, CODE_HEADER_FORMAT },
	{ "tags of 28", "other tags", 10, 28, CODE_HEADER_FORMAT },
	{ "tags of 288", "other tags", 11, 1, CODE_HEADER_FORMAT },
	{ "no data", "fit the device", 17, 0, CODE_HEADER_FORMAT },
	{ "more than there is", "fit the device", 19, 1, CODE_HEADER_FORMAT },
	{ "far more", "fit the device", 23, 0x80, CODE_HEADER_FORMAT },
	{ "half a block", "fit the device", 16, 4, CODE_HEADER_FORMAT },
	{ "journal MAC", "a mode", 24, 9, CODE_HEADER_PROFILE },
	{ "recalculating", "a mode", 24, 10, CODE_HEADER_PROFILE },
	{ "bitmap", "a mode", 24, 12, CODE_HEADER_PROFILE },
	{ "inline", "a mode", 24, 0x28, CODE_HEADER_PROFILE },
	{ "last flag", "a mode", 27, 0x80, CODE_HEADER_PROFILE },
	{ "small blocks", "other tags", 28, 0, CODE_HEADER_FORMAT },
	{ "no block at all", "other tags", 28, 255, CODE_HEADER_FORMAT },
};

static void flawed(void)
{
	uint8_t sb[INTEGRITY_SUPERBLOCK_LEN];
	struct luks_header h = header();
	struct reason why;
	uint64_t size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flaws); i++) {
		CASE(flaws[i].name);
		memcpy(sb, good, sizeof(sb));
		sb[flaws[i].at] = flaws[i].value;
		if (strcmp(flaws[i].name, "no data") == 0)
			sb[18] = 0;
		why = (struct reason){ 0 };
		CHECK_EQ_INT(integrity_parse(sb, &h, &size, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, flaws[i].code);
		CHECK(strstr(why.text, flaws[i].sentence));
	}
}

static const struct test tests[] = {
	{ "integrity: a superblock as Linux writes it", as_it_is },
	{ "integrity: each flaw", flawed },
};
TEST_MAIN(tests)
