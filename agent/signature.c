/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "signature.h"

#define MAGIC(text)	(text), sizeof(text) - 1

/* Offsets and magics of at least four bytes, which tell by themselves. */
static const struct {
	const char *what;
	size_t offset;
	const char *magic;
	size_t len;
} magics[] = {
	/* LUKS2 On-Disk Format Specification 1.1.4, 2.1; the second copy of
	 * headers of all sizes in Table 1 that are in reach. */
	{ "a LUKS header", 0, MAGIC("LUKS\xba\xbe") },
	{ "a LUKS header", 0x4000, MAGIC("SKUL\xba\xbe") },
	{ "a LUKS header", 0x8000, MAGIC("SKUL\xba\xbe") },
	{ "a LUKS header", 0x10000, MAGIC("SKUL\xba\xbe") },
	/* Ours, of a volume that is not made yet: provision.c. */
	{ "an unfinished volume", 0, MAGIC("postern unfinished volume") },
	/* UEFI Specification 2.10, 5.3.2: in the second block. */
	{ "a partition table", 512, MAGIC("EFI PART") },
	{ "a partition table", 4096, MAGIC("EFI PART") },
	/* fs/xfs/libxfs/xfs_format.h: XFS_SB_MAGIC. */
	{ "an XFS file system", 0, MAGIC("XFSB") },
	/* include/uapi/linux/btrfs_tree.h: BTRFS_MAGIC, 64 bytes into it. */
	{ "a btrfs file system", 0x10040, MAGIC("_BHRfS_M") },
	/* include/uapi/linux/magic.h, both 1024 bytes from the start. */
	{ "an F2FS file system", 1024, MAGIC("\x10\x20\xf5\xf2") },
	{ "an EROFS file system", 1024, MAGIC("\xe2\xe1\xf5\xe0") },
	{ "a squashfs file system", 0, MAGIC("hsqs") },
	/* ECMA-119, 8.1.2. */
	{ "an ISO 9660 file system", 0x8001, MAGIC("CD001") },
	/* LVM2, lib/format_text/layout.h: in one of the first four sectors. */
	{ "an LVM volume", 0, MAGIC("LABELONE") },
	{ "an LVM volume", 512, MAGIC("LABELONE") },
	{ "an LVM volume", 1024, MAGIC("LABELONE") },
	{ "an LVM volume", 1536, MAGIC("LABELONE") },
	/* include/uapi/linux/raid/md_p.h: MD_SB_MAGIC of versions 1.1, 1.2. */
	{ "a RAID member", 0, MAGIC("\xfc\x4e\x2b\xa9") },
	{ "a RAID member", 4096, MAGIC("\xfc\x4e\x2b\xa9") },
	/* drivers/md/dm-verity-target.c has none; veritysetup(8) writes this. */
	{ "a verity superblock", 0, MAGIC("verity\0\0") },
	/* drivers/md/dm-integrity.c: SB_MAGIC. */
	{ "an integrity superblock", 0, MAGIC("integrt\0") },
	/* Boot sectors of NTFS, exFAT and BitLocker. */
	{ "an NTFS file system", 3, MAGIC("NTFS    ") },
	{ "an exFAT file system", 3, MAGIC("EXFAT   ") },
	{ "a BitLocker volume", 3, MAGIC("-FVE-FS-") },
};

static bool has(const uint8_t *data, size_t len, size_t offset,
		const char *magic, size_t magic_len)
{
	return len >= magic_len && offset <= len - magic_len &&
	       memcmp(data + offset, magic, magic_len) == 0;
}

/* fs/ext4/ext4.h: struct ext4_super_block.  A magic of two bytes is too short
 * alone: s_state has three bits, s_rev_level is 0 or 1, s_log_block_size below
 * 7. */
static bool is_ext(const uint8_t *head, size_t len)
{
	const uint8_t *sb = head + 1024;

	return len >= 2048 && sb[0x38] == 0x53 && sb[0x39] == 0xef &&
	       sb[0x3a] < 8 && sb[0x3b] == 0 &&
	       sb[0x4c] < 2 && !sb[0x4d] && !sb[0x4e] && !sb[0x4f] &&
	       sb[0x18] < 7 && !sb[0x19] && !sb[0x1a] && !sb[0x1b];
}

/*
 * UEFI Specification 2.10, 5.2.1: four records of 16 bytes from byte 446 on,
 * whose first byte is 0 or 0x80, then 55 AA.  A FAT has the latter, a jump at its
 * start and code in place of the records: its name is in one of two places.
 */
static const char *boot_sector(const uint8_t *head, size_t len)
{
	unsigned used = 0, i;

	if (len < 512 || head[510] != 0x55 || head[511] != 0xaa)
		return NULL;
	if (has(head, len, 54, MAGIC("FAT")) || has(head, len, 82, MAGIC("FAT")))
		return "a FAT file system";
	for (i = 446; i < 510; i += 16) {
		if (head[i] & 0x7f)
			return NULL;
		used += head[i + 4] != 0;
	}
	return used ? "a partition table" : NULL;
}

const char *signature_find(const uint8_t *head, size_t head_len,
			   const uint8_t *tail, size_t tail_len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(magics); i++)
		if (has(head, head_len, magics[i].offset, magics[i].magic,
			magics[i].len))
			return magics[i].what;
	if (is_ext(head, head_len))
		return "an ext file system";
	if (has(tail, tail_len, tail_len - 512, MAGIC("EFI PART")) ||
	    has(tail, tail_len, 0, MAGIC("EFI PART")))
		return "a partition table";
	return boot_sector(head, head_len);
}
