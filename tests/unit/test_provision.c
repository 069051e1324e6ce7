/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=pwrite,--wrap=fsync */
#include <fcntl.h>
#include <stdio.h>

#include "cryptsetup.h"
#include "log.h"
#include "luks_image.h"
#include "power.h"
#include "provision.h"
#include "secret.h"

#define MIB		((off_t)1024 * 1024)
#define SIZE		(80 * MIB)
#define UUID		"b7b439c1-6377-491f-995e-f1a2433492ff"
#define UUID_2		"b7b439c1-6377-491f-995e-f1a2433492fe"
#define KEY		"a key of exactly thirty-two byte"

static char path[64];

static struct secret key_of(const char *text)
{
	struct secret s = { 0 };

	(void)CHECK(secret_copy(&s, text, strlen(text)) == 0);
	return s;
}

/* A disk of SIZE zeros, and its descriptor for writing. */
static int open_disk(struct blockdev *d, off_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (CHECK(fd >= 0 && ftruncate(fd, size) == 0))
		(void)CHECK(blockdev_open_path(path, d) == 0);
	return fd;
}

static enum provision_state state(const struct blockdev *d, const char *uuid,
				  const struct secret *key)
{
	enum provision_state s = DEVICE_BLANK;

	CHECK_EQ_INT(provision_state(d, uuid, key, &s), 0);
	return s;
}

/* One byte, wherever somebody would look for something. */
static void test_blank(void)
{
	static const struct {
		off_t offset, size;
		enum provision_state state;
	} cases[] = {
		{ 0, SIZE, DEVICE_USED }, { 511, SIZE, DEVICE_USED },
		{ 64 * 1024, SIZE, DEVICE_USED },
		{ 17 * MIB - 1, SIZE, DEVICE_USED },
		{ 17 * MIB, SIZE, DEVICE_BLANK },
		{ 64 * MIB, SIZE, DEVICE_USED },
		{ 64 * MIB + 65536, SIZE, DEVICE_BLANK },
		{ SIZE - MIB - 1, SIZE, DEVICE_BLANK },
		{ SIZE - MIB, SIZE, DEVICE_USED },
		{ SIZE - 1, SIZE, DEVICE_USED },
		{ 0, 1, DEVICE_USED }, { 511, 512, DEVICE_USED },
		{ 17 * MIB + 4095, 17 * MIB + 4096, DEVICE_USED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_blockdev struct blockdev d = BLOCKDEV_NONE;
		cleanup_fd int fd = open_disk(&d, cases[i].size);
		char name[32];

		(void)snprintf(name, sizeof(name), "byte %lld",
			       (long long)cases[i].offset);
		CASE(name);
		CHECK_EQ_INT(state(&d, UUID, NULL), DEVICE_BLANK);
		REQUIRE(file_write_at(fd, "x", 1, (uint64_t)cases[i].offset) == 0);
		CHECK_EQ_INT(state(&d, UUID, NULL), cases[i].state);
		REQUIRE(provision_wipe(fd, PROVISION_HEAD_LEN,
				       (uint64_t)cases[i].size) == 0);
		CHECK_EQ_INT(state(&d, UUID, NULL), DEVICE_BLANK);
	}
}

/* The mark is of one key and UUID, and of every bit of it. */
static void test_mark(void)
{
	cleanup_secret struct secret key = key_of(KEY), other = key_of("other");
	cleanup_blockdev struct blockdev d = BLOCKDEV_NONE;
	cleanup_fd int fd = open_disk(&d, SIZE);
	uint8_t sector[512];
	size_t i;

	REQUIRE(provision_mark(fd, UUID, &key) == 0);
	CHECK_EQ_INT(state(&d, UUID, &key), DEVICE_UNFINISHED);
	CHECK_EQ_INT(state(&d, UUID, &other), DEVICE_USED);
	CHECK_EQ_INT(state(&d, UUID_2, &key), DEVICE_USED);
	CHECK_EQ_INT(state(&d, UUID, NULL), DEVICE_USED);
	REQUIRE(file_write_at(fd, "x", 1, 4096) == 0);
	CHECK_EQ_INT(state(&d, UUID, &key), DEVICE_UNFINISHED);
	REQUIRE(file_read_at(fd, sector, sizeof(sector), 0) == 0);
	for (i = 0; i < sizeof(sector); i++) {
		sector[i] ^= 1;
		REQUIRE(file_write_at(fd, sector, sizeof(sector), 0) == 0);
		CHECK_EQ_INT(state(&d, UUID, &key), DEVICE_USED);
		sector[i] ^= 1;
	}
}

/* Every byte, in parts that need not be whole pages. */
static void test_fill(void)
{
	static const size_t sizes[] = { 512, 20 * 4096, MIB + 512 };
	static uint8_t data[MIB + 4096];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		cleanup_blockdev struct blockdev d = BLOCKDEV_NONE;
		cleanup_fd int fd = open_disk(&d, SIZE);

		memset(data, 0xff, sizeof(data));
		REQUIRE(file_write_at(fd, data, sizeof(data), 0) == 0);
		CHECK_EQ_INT(provision_fill(fd, sizes[i]), 0);
		REQUIRE(file_read_at(fd, data, sizeof(data), 0) == 0);
		CHECK(all_zero(data, sizes[i]));
		CHECK_EQ_INT(data[sizes[i]], 0xff);
	}
}

static void test_sizes(void)
{
	static const struct {
		off_t size;
		uint32_t sector_size;
		int r;
	} cases[] = {
		{ 16 * MIB, 512, -EINVAL },
		{ 16 * MIB + 512, 512, 0 },
		{ 16 * MIB + 511, 512, -EINVAL },
		{ 16 * MIB + 4096, 4096, 0 },
		{ 16 * MIB + 512, 4096, -EINVAL },
	};
	cleanup_secret struct secret key = key_of(KEY);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_luks_image struct luks_image image = { .slot = NULL };
		char name[16];
		int r;

		(void)snprintf(name, sizeof(name), "case %zu", i);
		CASE(name);
		failure_clear();
		r = luks_image_make(&(struct cryptsetup_new){
				    .uuid = UUID, .suite = luks_suites,
				    .sector_size = cases[i].sector_size,
				    .passphrase = &key },
				    (uint64_t)cases[i].size, &image);
		CHECK_EQ_INT(r, cases[i].r);
		CHECK_EQ_INT(failure()->code, r ? CODE_PROVISION : CODE_NONE);
		if (r < 0)
			continue;
		CHECK_EQ_INT(image.header.sector_size, cases[i].sector_size);
		CHECK_EQ_STR(image.header.uuid, UUID);
		CHECK_EQ_STR(image.header.kdf, "pbkdf2");
		CHECK_EQ_INT(image.header.kdf_iterations, 1000);
	}
}

/* True when the cut came before the end. */
static bool cut_at(const struct luks_image *image, const struct secret *key,
		   unsigned long cut, unsigned seed)
{
	cleanup_luks_image struct luks_image found = { .slot = NULL };
	cleanup_blockdev struct blockdev d = BLOCKDEV_NONE;
	cleanup_fd int fd = open_disk(&d, SIZE);
	struct luks_profile profile = { .sector_size = 512 };
	struct reason why = { 0 };
	enum provision_state s;
	bool header, whole;
	char name[64];

	(void)snprintf(name, sizeof(name), "write %lu, seed %u", cut, seed);
	CASE(name);
	power_on(fd, cut);
	whole = provision_mark(fd, UUID, key) == 0 &&
		luks_image_write(image, fd) == 0;
	power_gone(fd, seed);
	header = luks_image_read(fd, 0, SIZE, &profile, &found, &why) == 0;
	s = state(&d, UUID, key);
	/* Nothing, our own mark, or all of it. */
	(void)CHECK(header ? s == DEVICE_USED : s != DEVICE_USED);
	(void)CHECK(!header || memcmp(found.slot, image->slot,
				      image->header.area_size) == 0);
	(void)CHECK(!whole || header);
	return !whole;
}

static void test_cut(void)
{
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	cleanup_secret struct secret key = key_of(KEY);
	unsigned long cut = 0;
	unsigned seed;

	REQUIRE(luks_image_make(&(struct cryptsetup_new){
				.uuid = UUID, .suite = luks_suites,
				.sector_size = 512, .passphrase = &key },
				SIZE, &image) == 0);
	for (seed = 0; seed < 12 && !test_failed; seed++)
		for (cut = 1; cut_at(&image, &key, cut, seed); cut++)
			REQUIRE(cut < 1000);
	CHECK_EQ_INT(cut, 5);
}

static const struct test tests[] = {
	{ "blank", test_blank },
	{ "mark", test_mark },
	{ "fill", test_fill },
	{ "sizes", test_sizes },
	{ "cut", test_cut },
};

int main(int argc, char **argv)
{
	int r;

	(void)snprintf(path, sizeof(path), "build/provision-%d.img",
		       (int)getpid());
	log_setup(LOG_ERR_LEVEL, false);
	r = test_run(tests, ARRAY_SIZE(tests), argc, argv);
	(void)unlink(path);
	return r;
}
