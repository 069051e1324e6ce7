/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=pwrite,--wrap=fsync */
#include <fcntl.h>
#include <stdio.h>

#include "cryptsetup.h"
#include "log.h"
#include "luks_edit.h"
#include "power.h"
#include "provision.h"
#include "rotate.h"
#include "volume.h"

#define SIZE		((uint64_t)18 * 1024 * 1024)
#define UUID		"b7b439c1-6377-491f-995e-f1a2433492ff"
#define SEEDS		5

#define OLD_KEY		"the old key of at least 32 bytes"
#define NEW_KEY		"the new one, of no length at all"

/* After these writes each one is like the one before: zeros. */
#define EACH		12
#define STRIDE		41

#define REQUIRE_IN(value, cond) \
	do { if (!CHECK(cond)) return (value); } while (0)

static char path[64];
static struct luks_image made;		/* by OLD_KEY; once, since it is slow */

/* A disk of zeros at PATH. */
static bool open_disk(struct blockdev *d)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && ftruncate(fd, (off_t)SIZE) == 0;

	close_fd(&fd);
	return ok && blockdev_open_path(path, d) == 0;
}

static bool describe(struct descriptor *d, const char *key)
{
	d->full = true;
	memcpy(d->uuid, UUID, sizeof(UUID));
	return secret_copy(&d->key, key, strlen(key)) == 0;
}

static int make_image(const struct secret *key)
{
	const struct cryptsetup_new n = {
		.uuid = UUID, .suite = luks_suites, .sector_size = 512,
		.passphrase = key,
	};

	return luks_image_make(&n, SIZE, &made);
}

/* The disk with the header that OLD_KEY opens, and its descriptor. */
static bool make_volume(struct blockdev *d, struct descriptor *ret, int *ret_fd)
{
	struct digest mac;

	if (!open_disk(d) || provision_open(d, true, ret_fd) < 0 ||
	    !describe(ret, OLD_KEY) ||
	    (!made.slot && make_image(&ret->key)) ||
	    luks_image_write(&made, *ret_fd) < 0)
		return false;
	ret->generation = made.header.seqid;
	if (luks_header_mac(&made.header, made.area, made.slot,
			    made.header.area_size, ret->generation, &ret->key,
			    &mac) < 0)
		return false;
	memcpy(ret->header_mac, mac.bytes, sizeof(ret->header_mac));
	return true;
}

/* What a boot with descriptor D says: CODE_NONE, or why it stops. */
static enum code boots(const struct descriptor *d, bool *ret_spare)
{
	struct config_volume config = { .name = "" };
	struct volume v;
	enum code code;

	volume_init(&v, &config);
	v.descriptor = *d;
	v.descriptor.key = (struct secret){ 0 };
	REQUIRE_IN(CODE_INTERNAL, secret_copy(&v.descriptor.key, d->key.data,
					      d->key.len) == 0);
	code = volume_examine(&v, path) == 0 ? CODE_NONE : failure()->code;
	if (ret_spare)
		*ret_spare = v.spare_header;
	volume_free(&v);
	return code;
}

/* The KBS takes the new descriptor at once; true when all came to its end. */
static bool rotate_once(struct blockdev *d, int fd, const struct descriptor *old,
			struct descriptor *next, unsigned long cut,
			bool *ret_delivered)
{
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	int r;

	*ret_delivered = false;
	power_on(fd, cut);
	r = rotate_begin(d, old, next, &image);
	if (r < 0)
		return false;
	*ret_delivered = true;
	return rotate_finish(d, &image) == 0;
}

static void check_one_header(struct blockdev *d, const struct descriptor *known,
			     const struct descriptor *other)
{
	bool spare = true;

	CHECK_EQ_INT(rotate_resume(d, known, NULL), 0);
	CHECK_EQ_INT(boots(known, &spare), CODE_NONE);
	CHECK(!spare);
	CHECK(other->generation == 0 || boots(other, NULL) != CODE_NONE);
	/* It is done, so that the next rotation can begin. */
	CHECK_EQ_INT(rotate_resume(d, known, NULL), 0);
}

/*
 * Before the KBS has the new descriptor the old one opens, afterwards the new
 * one, and finishing by the right one leaves one header.  True when the cut
 * came before the end.
 */
static bool cut_at(unsigned long cut, unsigned seed)
{
	struct descriptor old = { 0 }, next = { 0 };
	struct blockdev d = BLOCKDEV_NONE;
	bool delivered, whole;
	char name[64];
	int fd = -1;

	(void)snprintf(name, sizeof(name), "write %lu, seed %u", cut, seed);
	CASE(name);
	REQUIRE_IN(false, make_volume(&d, &old, &fd));
	REQUIRE_IN(false, describe(&next, NEW_KEY));
	whole = rotate_once(&d, fd, &old, &next, cut, &delivered);
	power_gone(fd, seed);
	CHECK_EQ_INT(boots(delivered ? &next : &old, NULL), CODE_NONE);
	if (delivered)
		check_one_header(&d, &next, &old);
	else
		check_one_header(&d, &old, &next);
	secret_free(&old.key);
	secret_free(&next.key);
	blockdev_close(&d);
	close_fd(&fd);
	return !whole;
}

static void test_cut(void)
{
	unsigned long cut = 0;
	unsigned seed;

	for (seed = 0; seed < SEEDS && !test_failed; seed++)
		for (cut = 1; cut_at(cut, seed); cut += cut < EACH ? 1 : STRIDE)
			REQUIRE(cut < 1000);
	CHECK(cut > EACH);
}

/* In each state the header of before is older, and a stranger's is another. */
static void test_rollback(void)
{
	cleanup_luks_image struct luks_image before = { .slot = NULL };
	struct descriptor old = { 0 }, next = { 0 };
	struct luks_profile profile = { .sector_size = 512 };
	struct blockdev d = BLOCKDEV_NONE;
	struct reason why = { 0 };
	bool delivered;
	int fd = -1;

	REQUIRE(make_volume(&d, &old, &fd));
	REQUIRE(luks_image_read(fd, 0, SIZE, &profile, &before, &why) == 0);
	REQUIRE(describe(&next, NEW_KEY));
	REQUIRE(rotate_once(&d, fd, &old, &next, 0, &delivered));
	CHECK_EQ_INT(boots(&next, NULL), CODE_NONE);
	CHECK_EQ_INT(boots(&old, NULL), CODE_HEADER_MAC);
	CHECK(next.generation > old.generation);
	REQUIRE(luks_image_write(&before, fd) == 0);
	CHECK_EQ_INT(boots(&next, NULL), CODE_HEADER_ROLLBACK);
	CHECK_EQ_INT(boots(&old, NULL), CODE_NONE);
	secret_free(&old.key);
	secret_free(&next.key);
	blockdev_close(&d);
	close_fd(&fd);
}

/* While the KBS may have either descriptor, nothing is begun or given up. */
static void test_under_way(void)
{
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	struct descriptor old = { 0 }, next = { 0 };
	struct descriptor third = { 0 };
	struct blockdev d = BLOCKDEV_NONE;
	struct digest first, second;
	bool spare = false;
	int fd = -1;

	REQUIRE(make_volume(&d, &old, &fd));
	REQUIRE(describe(&next, NEW_KEY));
	REQUIRE(describe(&third, "a third one"));
	CHECK_EQ_INT(rotate_begin(&d, &third, &next, &image), -EBADMSG);
	CHECK_EQ_INT(failure()->code, CODE_HEADER_MAC);
	third.full = false;
	CHECK_EQ_INT(rotate_begin(&d, &third, &next, &image), -EKEYREJECTED);
	REQUIRE(rotate_begin(&d, &old, &next, &image) == 0);
	CHECK_EQ_INT(boots(&old, &spare), CODE_NONE);
	CHECK(!spare);
	CHECK_EQ_INT(boots(&next, &spare), CODE_NONE);
	CHECK(spare);

	CHECK_EQ_INT(rotate_begin(&d, &old, &next, &image), -EEXIST);
	CHECK_EQ_INT(failure()->code, CODE_PROVISION);
	REQUIRE(luks_header_digest(&image.header, image.area, image.slot,
				   image.header.area_size, &second) == 0);
	first = second;
	first.bytes[0] ^= 1;
	CHECK_EQ_INT(rotate_resume(&d, NULL, &first), -EBADMSG);
	CHECK_EQ_INT(boots(&old, NULL), CODE_NONE);
	CHECK_EQ_INT(rotate_undo(&d), 0);
	CHECK_EQ_INT(boots(&old, NULL), CODE_NONE);
	CHECK_EQ_INT(boots(&next, NULL), CODE_HEADER_ROLLBACK);

	luks_image_free(&image);
	REQUIRE(rotate_begin(&d, &old, &next, &image) == 0);
	REQUIRE(luks_header_digest(&image.header, image.area, image.slot,
				   image.header.area_size, &second) == 0);
	CHECK_EQ_INT(rotate_resume(&d, NULL, &second), 0);
	CHECK_EQ_INT(boots(&next, &spare), CODE_NONE);
	CHECK(!spare);
	/* A second time there is nothing to do. */
	CHECK_EQ_INT(rotate_resume(&d, NULL, &second), 0);
	secret_free(&old.key);
	secret_free(&next.key);
	secret_free(&third.key);
	blockdev_close(&d);
	close_fd(&fd);
}

/* What the host puts into the spare place is good by its MAC only. */
static void test_spare(void)
{
	static const uint8_t zeros[LUKS_COPY_LEN];
	struct descriptor old = { 0 }, next = { 0 };
	struct blockdev d = BLOCKDEV_NONE;
	bool delivered;
	int fd = -1;

	REQUIRE(make_volume(&d, &old, &fd) && describe(&next, NEW_KEY));
	REQUIRE(rotate_once(&d, fd, &old, &next, 0, &delivered));
	REQUIRE(luks_image_write_spare(&made, fd) == 0);
	CHECK_EQ_INT(boots(&next, NULL), CODE_NONE);
	REQUIRE(file_write_at(fd, zeros, sizeof(zeros), 0) == 0);
	CHECK_EQ_INT(boots(&next, NULL), CODE_HEADER_FORMAT);
	/* It has the MAC of the descriptor before, */
	CHECK_EQ_INT(boots(&old, NULL), CODE_NONE);
	old.header_mac[31] ^= 1;
	CHECK_EQ_INT(boots(&old, NULL), CODE_HEADER_FORMAT);
	/* and a bare key has none. */
	old.full = false;
	CHECK_EQ_INT(boots(&old, NULL), CODE_HEADER_FORMAT);
	secret_free(&old.key);
	secret_free(&next.key);
	blockdev_close(&d);
	close_fd(&fd);
}

/* A keyslot may lie anywhere; one in the spare place is not overwritten. */
static void test_place(void)
{
	static struct luks_edit e;
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	struct descriptor old = { 0 }, next = { 0 };
	struct blockdev d = BLOCKDEV_NONE;
	struct luks_image moved;
	int fd = -1;

	REQUIRE(make_volume(&d, &old, &fd) && describe(&next, NEW_KEY));
	memcpy(e.area, made.area, sizeof(e.area));
	REQUIRE(luks_edit_replace(&e, BOTH, "\"offset\":\"32768\"",
				  "\"offset\":\"16519168\""));
	luks_edit_repair(&e);
	moved = made;
	memcpy(moved.area, e.area, sizeof(moved.area));
	moved.header.area_offset = 16519168;
	REQUIRE(luks_image_write(&moved, fd) == 0);
	old.full = false;
	CHECK_EQ_INT(boots(&old, NULL), CODE_NONE);
	CHECK_EQ_INT(rotate_begin(&d, &old, &next, &image), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_PROVISION);
	CHECK(strstr(failure()->text, "keyslot 0 is in it"));
	CHECK_EQ_INT(luks_image_write(&moved, fd), 0);
	secret_free(&old.key);
	secret_free(&next.key);
	blockdev_close(&d);
	close_fd(&fd);
}

static const struct test tests[] = {
	{ "cut", test_cut },
	{ "rollback", test_rollback },
	{ "under way", test_under_way },
	{ "spare", test_spare },
	{ "place", test_place },
};

int main(int argc, char **argv)
{
	int r;

	(void)snprintf(path, sizeof(path), "build/rotate-%d.img", (int)getpid());
	log_setup(LOG_ERR_LEVEL, false);
	r = test_run(tests, ARRAY_SIZE(tests), argc, argv);
	luks_image_free(&made);
	(void)unlink(path);
	return r;
}
