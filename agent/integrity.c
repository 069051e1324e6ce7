/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "buf.h"
#include "integrity.h"

#define MAGIC_LEN	8
#define VERSION_MAX	6
#define SUPERBLOCK_AREA	4096	/* before journal, tags and data */

/* Tags are laid out as newer kernels do; all other flags are other modes. */
#define FLAG_FIXED_PADDING	0x8

struct superblock {
	uint8_t version, log2_interleave, log2_block, log2_bitmap;
	uint16_t tag_len;
	uint32_t journal_sections, flags;
	uint64_t sectors;
};

static int bad(struct reason *why, enum code code, const char *text)
{
	return reason_set(why, -EBADMSG, code, "the integrity superblock %s",
			  text);
}

static bool read_fields(struct reader *r, struct superblock *s)
{
	return rd_u8(r, &s->version) && rd_u8(r, &s->log2_interleave) &&
	       rd_u16le(r, &s->tag_len) && rd_u32le(r, &s->journal_sections) &&
	       rd_u64le(r, &s->sectors) && rd_u32le(r, &s->flags) &&
	       rd_u8(r, &s->log2_block) && rd_u8(r, &s->log2_bitmap);
}

/* With the tags; what the journal takes only the kernel knows. */
static bool fits(const struct superblock *s, const struct luks_header *h)
{
	uint64_t data = s->sectors * 512;

	return s->sectors > 0 && s->sectors <= h->data_size / 512 &&
	       data % h->sector_size == 0 &&
	       data + data / h->sector_size * h->suite->tag_len +
	       SUPERBLOCK_AREA <= h->data_size;
}

int integrity_parse(const uint8_t *superblock, const struct luks_header *h,
		    uint64_t *ret_size, struct reason *why)
{
	struct reader r = READER(superblock, INTEGRITY_SUPERBLOCK_LEN), magic;
	struct superblock s = { 0 };

	if (!rd_sub(&r, MAGIC_LEN, &magic) || !read_fields(&r, &s) ||
	    memcmp(magic.p, "integrt", MAGIC_LEN) != 0)
		return bad(why, CODE_HEADER_FORMAT, "is not there");
	if (s.version < 1 || s.version > VERSION_MAX)
		return bad(why, CODE_HEADER_FORMAT, "is of another version");
	if (s.flags & ~(uint32_t)FLAG_FIXED_PADDING)
		return bad(why, CODE_HEADER_PROFILE,
			   "asks for a mode that no profile allows");
	if (s.tag_len != h->suite->tag_len || s.log2_block > 3 ||
	    512U << s.log2_block != h->sector_size)
		return bad(why, CODE_HEADER_FORMAT, "has other tags or sectors "
			   "than the header");
	if (!fits(&s, h))
		return bad(why, CODE_HEADER_FORMAT, "does not fit the device");
	*ret_size = s.sectors * 512;
	return 0;
}
