/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "file.h"
#include "log.h"
#include "provision.h"
#include "rotate.h"

/* The two places where a header may be. */
static const uint64_t places[] = { 0, LUKS_SPARE_OFFSET };
enum { MAIN, SPARE, PLACES };

struct found {
	struct luks_image image;
	bool good;			/* a header that the profile allows */
	struct reason why;
};

/* The profile pins nothing more than what the boot would refuse as well. */
static void read_headers(const struct blockdev *d, struct found ret[PLACES])
{
	struct luks_profile profile = { .integrity = LUKS_INTEGRITY_ANY };
	size_t i;

	for (i = 0; i < PLACES; i++) {
		ret[i] = (struct found){ .good = false };
		ret[i].good = luks_image_read(d->fd, places[i], d->size,
					      &profile, &ret[i].image,
					      &ret[i].why) == 0;
	}
}

static void free_headers(struct found found[PLACES])
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		luks_image_free(&found[i].image);
}

static int make_mac(const struct luks_image *i, const struct descriptor *d,
		    uint64_t generation, struct digest *ret)
{
	struct luks_header h = i->header;
	int r;

	h.device_size = descriptor_mac_size(d, h.device_size);
	r = luks_header_mac(&h, i->area, i->slot, h.area_size, generation,
			    &d->key, ret);
	return r < 0 ? fail(r, CODE_INTERNAL, "cannot make the header's MAC") : 0;
}

static bool is_of_descriptor(const struct found *f, const struct descriptor *d)
{
	struct digest mac;

	return f->good && strcmp(f->image.header.uuid, d->uuid) == 0 &&
	       make_mac(&f->image, d, d->generation, &mac) == 0 &&
	       equal_ct(mac.bytes, d->header_mac, sizeof(d->header_mac));
}

static bool has_digest(const struct found *f, const struct digest *digest)
{
	struct digest own;

	return f->good &&
	       luks_header_digest(&f->image.header, f->image.area,
				  f->image.slot, f->image.header.area_size,
				  &own) == 0 &&
	       own.alg == digest->alg &&
	       equal_ct(own.bytes, digest->bytes, hash_len(own.alg));
}

/* In states 2 to 6 the spare header is one of this volume. */
static bool is_under_way(const struct found found[PLACES])
{
	return found[SPARE].good &&
	       (!found[MAIN].good ||
		strcmp(found[MAIN].image.header.uuid,
		       found[SPARE].image.header.uuid) == 0);
}

/* The slot of H lies where the spare header never does. */
static int check_place(const struct luks_header *h)
{
	return h->area_offset + h->area_size <= LUKS_SPARE_OFFSET ? 0 :
		fail(-EINVAL, CODE_PROVISION, "there is no place for a second "
		     "header: keyslot %u is in it", h->keyslot);
}

static int check_start(const struct blockdev *d, const struct found found[PLACES],
		       const struct descriptor *old)
{
	const struct found *main = &found[MAIN];

	if (is_under_way(found))
		return fail(-EEXIST, CODE_PROVISION, "a rotation of '%s' is under "
			    "way: complete it with --finish", d->path);
	if (!main->good)
		return fail(-EBADMSG, main->why.code, "'%s': %.200s", d->path,
			    main->why.text);
	if (old->full && !is_of_descriptor(main, old))
		return fail(-EBADMSG, CODE_HEADER_MAC, "the header of '%s' is not "
			    "the one of the old descriptor", d->path);
	if (main->image.header.data_offset != LUKS_DATA_OFFSET_MAX)
		return fail(-EINVAL, CODE_PROVISION, "'%s' has less than 16 MiB "
			    "before its data: there is no place for a second "
			    "header", d->path);
	return check_place(&main->image.header);
}

static int describe(const struct luks_image *image, const struct descriptor *old,
		    struct descriptor *next)
{
	struct digest mac;
	int r;

	next->grow = old->grow;
	next->device_size = image->header.device_size;
	next->generation = image->header.seqid;
	if (next->generation <= old->generation)
		next->generation = old->generation + 1;
	r = make_mac(image, next, next->generation, &mac);
	if (r == 0)
		memcpy(next->header_mac, mac.bytes, sizeof(next->header_mac));
	return r;
}

int rotate_begin(const struct blockdev *d, const struct descriptor *old,
		 struct descriptor *next, struct luks_image *image)
{
	struct luks_image made = { .slot = NULL };
	struct found found[PLACES];
	cleanup_fd int fd = -1;
	int r;

	read_headers(d, found);
	r = check_start(d, found, old);
	if (r == 0)
		r = luks_image_rekey(&found[MAIN].image, &old->key, &next->key,
				     &made);
	free_headers(found);
	if (r == 0)
		r = check_place(&made.header);
	if (r == 0)
		r = describe(&made, old, next);
	if (r == 0)
		r = provision_open(d, false, &fd);
	if (r == 0)
		r = luks_image_write_spare(&made, fd);
	if (r < 0) {
		luks_image_free(&made);
		return r;
	}
	*image = made;
	return 0;
}

int rotate_undo(const struct blockdev *d)
{
	cleanup_fd int fd = -1;
	int r = provision_open(d, false, &fd);

	if (r < 0)
		return r;
	r = file_zero_at(fd, LUKS_AREA_LEN, LUKS_SPARE_OFFSET);
	if (r == 0)
		r = file_sync(fd);
	return r < 0 ? fail(-EIO, CODE_PROVISION, "cannot remove the new header "
			    "of '%s': %s", d->path, strerror(-r)) : 0;
}

/* All between the headers but the slot of H: from 5 to 6, and then to 7. */
static int erase_rest(int fd, const struct luks_header *h)
{
	uint64_t end = h->area_offset + h->area_size;
	int r;

	r = file_zero_at(fd, h->area_offset - LUKS_AREA_LEN, LUKS_AREA_LEN);
	if (r == 0)
		r = file_zero_at(fd, LUKS_SPARE_OFFSET - end, end);
	if (r == 0)
		r = file_sync(fd);
	if (r == 0)
		r = file_zero_at(fd, LUKS_AREA_LEN, LUKS_SPARE_OFFSET);
	if (r == 0)
		r = file_sync(fd);
	return r < 0 ? fail(-EIO, CODE_PROVISION, "cannot destroy the old "
			    "keyslot: %s", strerror(-r)) : 0;
}

int rotate_finish(const struct blockdev *d, const struct luks_image *image)
{
	cleanup_fd int fd = -1;
	int r = check_place(&image->header);

	if (r == 0)
		r = provision_open(d, false, &fd);
	if (r == 0)
		r = luks_image_write(image, fd);
	return r < 0 ? r : erase_rest(fd, &image->header);
}

static int resume(const struct blockdev *d, const struct found found[PLACES],
		  const struct descriptor *known, const struct digest *digest)
{
	bool is[PLACES];
	size_t i;

	for (i = 0; i < PLACES; i++)
		is[i] = known ? is_of_descriptor(&found[i], known) :
			has_digest(&found[i], digest);
	if (is[SPARE])
		return rotate_finish(d, &found[SPARE].image);
	if (!is[MAIN])
		return fail(-EBADMSG, CODE_HEADER_MAC, "no header of '%s' is the "
			    "one that %s", d->path, known ?
			    "the descriptor has" : "this boot opened");
	if (!is_under_way(found)) {
		log_info("'%s': there is nothing to finish", d->path);
		return 0;
	}
	if (!known)
		return fail(-EEXIST, CODE_PROVISION, "'%s': the KBS may have "
			    "either descriptor by now; reboot, or say which with "
			    "--descriptor", d->path);
	log_warn("'%s': the new key is given up, since the KBS has the old "
		 "descriptor", d->path);
	return rotate_finish(d, &found[MAIN].image);
}

int rotate_resume(const struct blockdev *d, const struct descriptor *known,
		  const struct digest *digest)
{
	struct found found[PLACES];
	int r;

	read_headers(d, found);
	r = resume(d, found, known, digest);
	free_headers(found);
	return r;
}
