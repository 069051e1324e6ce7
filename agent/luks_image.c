/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "cryptsetup.h"
#include "file.h"
#include "log.h"
#include "luks_image.h"

#define SECTOR_LEN	512

void luks_image_free(struct luks_image *i)
{
	free(i->slot);
	i->slot = NULL;
}

int luks_image_read(int fd, uint64_t offset, uint64_t device_size,
		    const struct luks_profile *p, struct luks_image *ret,
		    struct reason *why)
{
	struct luks_image i = { .slot = NULL };
	int r;

	r = file_read_at(fd, i.area, sizeof(i.area), offset);
	if (r < 0)
		return reason_set(why, r, CODE_HEADER_FORMAT,
				  "no place for a LUKS2 header");
	r = luks_header_parse(i.area, sizeof(i.area), device_size, p, &i.header,
			      why);
	if (r < 0)
		return r;
	i.slot = malloc(i.header.area_size);
	if (!i.slot)
		return reason_set(why, -ENOMEM, CODE_INTERNAL, "out of memory");
	r = file_read_at(fd, i.slot, i.header.area_size, i.header.area_offset);
	if (r < 0) {
		luks_image_free(&i);
		return reason_set(why, -EIO, CODE_DISK_MISSING,
				  "cannot read the keyslot");
	}
	*ret = i;
	return 0;
}

/* A file in memory that is as long as the device, and holes but for the header. */
static int make_file(uint64_t size, int *ret)
{
	cleanup_fd int fd = memfd_create("postern-new-header", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		return fail(-ENOMEM, CODE_INTERNAL, "cannot make a header in "
			    "memory: %s", strerror(errno));
	*ret = steal_fd(&fd);
	return 0;
}

/* What the next boot would refuse is not made. */
static int take(int fd, uint64_t device_size, const struct luks_profile *p,
		struct luks_image *ret)
{
	struct reason why = { 0 };
	int r = luks_image_read(fd, 0, device_size, p, ret, &why);

	return r < 0 ? fail(r, CODE_PROVISION, "the new header is not as it "
			    "must be: %.180s", why.text) : 0;
}

static struct luks_profile profile_of(const struct luks_header *h)
{
	return (struct luks_profile){
		.integrity = h->suite->integrity, .sector_size = h->sector_size,
	};
}

int luks_image_check_size(uint64_t device_size, uint32_t sector_size)
{
	if (device_size > LUKS_DATA_OFFSET_MAX && device_size % sector_size == 0)
		return 0;
	return fail(-EINVAL, CODE_PROVISION, "a device of %llu bytes is too "
		    "small, or no multiple of sectors of %u bytes",
		    (unsigned long long)device_size, (unsigned)sector_size);
}

int luks_image_make(const struct cryptsetup_new *n, uint64_t device_size,
		    struct luks_image *ret)
{
	struct luks_profile profile = {
		.integrity = n->suite->integrity, .sector_size = n->sector_size,
	};
	cleanup_fd int fd = -1;
	int r = luks_image_check_size(device_size, n->sector_size);

	if (r == 0)
		r = make_file(device_size, &fd);
	if (r == 0)
		r = cryptsetup_format(fd, n);
	return r < 0 ? r : take(fd, device_size, &profile, ret);
}

static bool overlap(const struct luks_header *a, const struct luks_header *b)
{
	return a->area_offset < b->area_offset + b->area_size &&
	       b->area_offset < a->area_offset + a->area_size;
}

int luks_image_rekey(const struct luks_image *from, const struct secret *old,
		     const struct secret *key, struct luks_image *ret)
{
	const struct luks_header *h = &from->header;
	const struct luks_profile profile = profile_of(h);
	cleanup_fd int fd = -1;
	int r = make_file(h->device_size, &fd);

	if (r < 0)
		return r;
	r = file_write_at(fd, from->area, sizeof(from->area), 0);
	if (r == 0)
		r = file_write_at(fd, from->slot, h->area_size, h->area_offset);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make a header in memory");
	r = cryptsetup_rekey(fd, h->keyslot, old, key);
	if (r == 0)
		r = take(fd, h->device_size, &profile, ret);
	if (r < 0)
		return r;
	if (!overlap(h, &ret->header))
		return 0;
	luks_image_free(ret);
	return fail(-EINVAL, CODE_PROVISION, "there is no place for a second "
		    "keyslot");
}

/* From the medium, not from what the kernel remembers of our writes. */
static int compare(const struct luks_image *i, int fd, uint64_t offset)
{
	const struct luks_profile profile = profile_of(&i->header);
	cleanup_luks_image struct luks_image found = { .slot = NULL };
	struct reason why = { 0 };
	int r;

	(void)posix_fadvise(fd, 0, LUKS_DATA_OFFSET_MAX, POSIX_FADV_DONTNEED);
	r = luks_image_read(fd, offset, i->header.device_size, &profile, &found,
			    &why);
	if (r < 0)
		return r;
	return memcmp(found.area, i->area, sizeof(i->area)) == 0 &&
	       memcmp(found.slot, i->slot, i->header.area_size) == 0 ? 0 :
	       -EIO;
}

static int cannot_write(int r)
{
	return fail(-EIO, CODE_PROVISION, "cannot write the header: %s",
		    strerror(-r));
}

int luks_image_write(const struct luks_image *i, int fd)
{
	const struct luks_header *h = &i->header;
	int r;

	r = file_write_at(fd, i->slot, h->area_size, h->area_offset);
	if (r == 0)
		r = file_write_at(fd, i->area + SECTOR_LEN,
				  sizeof(i->area) - SECTOR_LEN, SECTOR_LEN);
	if (r == 0)
		r = file_sync(fd);
	/* All of a binary header but zeros is in its first sector. */
	if (r == 0)
		r = file_write_at(fd, i->area, SECTOR_LEN, 0);
	if (r == 0)
		r = file_sync(fd);
	if (r == 0)
		r = compare(i, fd, 0);
	return r < 0 ? cannot_write(r) : 0;
}

int luks_image_write_spare(const struct luks_image *i, int fd)
{
	const struct luks_header *h = &i->header;
	int r;

	r = file_write_at(fd, i->slot, h->area_size, h->area_offset);
	if (r == 0)
		r = file_write_at(fd, i->area, sizeof(i->area),
				  LUKS_SPARE_OFFSET);
	if (r == 0)
		r = file_sync(fd);
	if (r == 0)
		r = compare(i, fd, LUKS_SPARE_OFFSET);
	return r < 0 ? cannot_write(r) : 0;
}
