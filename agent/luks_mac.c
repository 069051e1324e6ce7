/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "buf.h"
#include "luks_header.h"
#include "secret.h"

#define MAC_INFO	"postern header v1"
#define MAC_KEY_LEN	32

/* LUKS2 On-Disk Format Specification 1.1.4, 2.1, Figure 2. */
#define CSUM_OFFSET	448
#define CSUM_LEN	64

/*
 * Both copies as they are on the disk, but for their checksums, which say
 * nothing more; then the keyslot's area.
 */
static int add_canonical(const struct luks_header *h, const uint8_t *area,
			 const uint8_t *slot, size_t slot_len, struct buf *b)
{
	static const uint8_t zeros[CSUM_LEN];
	size_t at;

	assert(slot_len == h->area_size);
	for (at = 0; at < LUKS_AREA_LEN; at += LUKS_COPY_LEN) {
		const uint8_t *copy = area + at;
		const size_t end = CSUM_OFFSET + CSUM_LEN;

		buf_add(b, copy, CSUM_OFFSET);
		buf_add(b, zeros, CSUM_LEN);
		buf_add(b, copy + end, LUKS_COPY_LEN - end);
	}
	buf_add(b, slot, slot_len);
	return buf_error(b);
}

int luks_header_mac(const struct luks_header *h, const uint8_t *area,
		    const uint8_t *slot, size_t slot_len, uint64_t generation,
		    const struct secret *key, struct digest *ret)
{
	cleanup_buf struct buf b = BUF(2 * LUKS_DATA_OFFSET_MAX);
	cleanup_secret struct secret mac_key = { 0 };
	int r;

	buf_str(&b, MAC_INFO "\n");
	buf_u64be(&b, generation);
	buf_u64be(&b, h->device_size);
	r = add_canonical(h, area, slot, slot_len, &b);
	if (r < 0)
		return r;
	r = hkdf(key, h->uuid, MAC_INFO, MAC_KEY_LEN, &mac_key);
	if (r < 0)
		return r;
	return hmac(HASH_SHA256, &mac_key, b.data, b.len, ret);
}

int luks_header_digest(const struct luks_header *h, const uint8_t *area,
		       const uint8_t *slot, size_t slot_len,
		       struct digest *ret)
{
	cleanup_buf struct buf b = BUF(2 * LUKS_DATA_OFFSET_MAX);
	int r;

	r = add_canonical(h, area, slot, slot_len, &b);
	if (r < 0)
		return r;
	return hash(HASH_SHA384, b.data, b.len, ret);
}

void luks_header_profile_json(const struct luks_header *h, bool grow,
			      struct buf *ret)
{
	buf_printf(ret, "{\"cipher\":\"%s\",\"key-bits\":%u,"
		   "\"sector-size\":%u,\"integrity\":\"%s\"%s}",
		   h->suite->cipher,
		   (h->suite->key_len - h->suite->mac_key_len) * 8,
		   (unsigned)h->sector_size,
		   luks_integrity_name(h->suite->integrity),
		   grow ? ",\"grow\":true" : "");
}
