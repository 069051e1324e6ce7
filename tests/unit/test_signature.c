/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a volume with a random key must not be made on. */
#include <string.h>

#include "signature.h"
#include "test.h"

static uint8_t head[SIGNATURE_HEAD_LEN], tail[SIGNATURE_TAIL_LEN];

static const char *find(void)
{
	return signature_find(head, sizeof(head), tail, sizeof(tail));
}

static const struct {
	size_t offset;
	const char *magic;
	size_t len;
	const char *what;
} magics[] = {
	{ 0, "LUKS\xba\xbe", 6, "a LUKS header" },
	{ 16384, "SKUL\xba\xbe", 6, "a LUKS header" },
	{ 65536, "SKUL\xba\xbe", 6, "a LUKS header" },
	{ 0, "postern unfinished volume v1\n", 29, "an unfinished volume" },
	{ 512, "EFI PART", 8, "a partition table" },
	{ 4096, "EFI PART", 8, "a partition table" },
	{ 0, "XFSB", 4, "an XFS file system" },
	{ 65600, "_BHRfS_M", 8, "a btrfs file system" },
	{ 1024, "\x10\x20\xf5\xf2", 4, "an F2FS file system" },
	{ 1024, "\xe2\xe1\xf5\xe0", 4, "an EROFS file system" },
	{ 0, "hsqs", 4, "a squashfs file system" },
	{ 32769, "CD001", 5, "an ISO 9660 file system" },
	{ 512, "LABELONE", 8, "an LVM volume" },
	{ 4096, "\xfc\x4e\x2b\xa9", 4, "a RAID member" },
	{ 0, "verity\0\0", 8, "a verity superblock" },
	{ 0, "integrt\0", 8, "an integrity superblock" },
	{ 3, "NTFS    ", 8, "an NTFS file system" },
	{ 3, "-FVE-FS-", 8, "a BitLocker volume" },
	/* what such a device held before, and what is in no known place */
	{ 4086, "SWAPSPACE2", 10, NULL },
	{ 1, "LUKS\xba\xbe", 6, NULL },
	{ 0, "LUKS\xba\xbf", 6, NULL },
	{ 513, "EFI PART", 8, NULL },
};

static void test_magics(void)
{
	size_t i;

	CHECK(!find());
	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		uint8_t *p = head + magics[i].offset;

		CASE(magics[i].magic);
		memcpy(p, magics[i].magic, magics[i].len);
		CHECK_EQ_STR(find() ?: "-", magics[i].what ?: "-");
		memset(p, 0, magics[i].len);
	}
	for (i = 0; i < sizeof(tail); i += 3584) {
		memcpy(tail + i, "EFI PART", 8);
		CHECK_EQ_STR(find() ?: "-", "a partition table");
		memset(tail + i, 0, 8);
	}
}

/* Each byte of what a short magic needs beside it. */
static void test_ext(void)
{
	static const size_t near[] = { 0x3a, 0x3b, 0x4c, 0x4f, 0x18, 0x1b };
	uint8_t *sb = head + 1024;
	size_t i;

	sb[0x38] = 0x53;
	sb[0x39] = 0xef;
	sb[0x3a] = 1;
	sb[0x4c] = 1;
	sb[0x18] = 2;
	CHECK_EQ_STR(find() ?: "-", "an ext file system");
	for (i = 0; i < ARRAY_SIZE(near); i++) {
		uint8_t before = sb[near[i]];

		sb[near[i]] = 9;
		CHECK(!find());
		sb[near[i]] = before;
	}
	memset(sb, 0, 1024);
}

static void test_boot_sector(void)
{
	head[510] = 0x55;
	head[511] = 0xaa;
	CHECK(!find());
	head[446 + 16] = 0x80;
	CHECK(!find());
	head[446 + 16 + 4] = 0x83;
	CHECK_EQ_STR(find() ?: "-", "a partition table");
	head[446 + 48] = 1;
	CHECK(!find());
	memcpy(head + 82, "FAT32   ", 8);
	CHECK_EQ_STR(find() ?: "-", "a FAT file system");
	head[511] = 0;
	CHECK(!find());
	memset(head, 0, 512);
}

/* Nothing is read beyond what there is: for ASan. */
static void test_short(void)
{
	size_t len;

	for (len = 0; len < 4200; len += 7) {
		uint8_t *part = malloc(len + 1);

		if (!part)
			abort();
		memset(part, 0, len + 1);
		CHECK(!signature_find(part, len, part, len));
		free(part);
	}
}

static const struct test tests[] = {
	{ "magics", test_magics },
	{ "ext", test_ext },
	{ "boot sector", test_boot_sector },
	{ "short", test_short },
};

TEST_MAIN(tests)
