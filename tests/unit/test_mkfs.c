/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=access,--wrap=posix_spawn */
#include <spawn.h>

#include "log.h"
#include "mkfs.h"
#include "test.h"

int __wrap_access(const char *path, int mode);
int __wrap_posix_spawn(pid_t *ret, const char *path,
		       const posix_spawn_file_actions_t *files,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const env[]);
int __real_posix_spawn(pid_t *ret, const char *path,
		       const posix_spawn_file_actions_t *files,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const env[]);

/* The one program that is there, what runs in its place, and how it was called. */
static const char *there, *instead;
static char called[256];

int __wrap_access(const char *path, int mode)
{
	return there && mode == X_OK && strcmp(path, there) == 0 ? 0 : -1;
}

int __wrap_posix_spawn(pid_t *ret, const char *path,
		       const posix_spawn_file_actions_t *files,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const env[])
{
	(void)snprintf(called, sizeof(called), "%s: %s %s %s%s%s", path, argv[0],
		       argv[1], argv[2], argv[3] ? " more" : "",
		       env[0] ? " env" : "");
	if (!instead)
		return EPERM;
	return __real_posix_spawn(ret, instead, files, attributes, argv, env);
}

static const struct {
	enum volume_mkfs kind;
	const char *there, *instead, *called, *sentence;
} cases[] = {
	{ MKFS_EXT4, "/usr/sbin/mkfs.ext4", "/bin/true",
	  "/usr/sbin/mkfs.ext4: mkfs.ext4 -qF /dev/mapper/root", NULL },
	{ MKFS_XFS, "/sbin/mkfs.xfs", "/bin/true",
	  "/sbin/mkfs.xfs: mkfs.xfs -qf /dev/mapper/root", NULL },
	{ MKFS_EXT4, "/sbin/mkfs.ext4", "/bin/false",
	  "/sbin/mkfs.ext4: mkfs.ext4 -qF /dev/mapper/root",
	  "'/sbin/mkfs.ext4' ended with status 1" },
	{ MKFS_EXT4, "/sbin/mkfs.ext4", NULL,
	  "/sbin/mkfs.ext4: mkfs.ext4 -qF /dev/mapper/root",
	  "cannot run '/sbin/mkfs.ext4': Operation not permitted" },
	{ MKFS_XFS, "/sbin/mkfs.ext4", "/bin/true", "",
	  "there is no 'mkfs.xfs' in the initramfs" },
	{ MKFS_EXT4, "mkfs.ext4", "/bin/true", "",
	  "there is no 'mkfs.ext4' in the initramfs" },
};

static void test_run_it(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bool missing = !cases[i].called[0];
		int r;

		CASE(cases[i].called);
		there = cases[i].there;
		instead = cases[i].instead;
		called[0] = '\0';
		failure_clear();
		r = mkfs_check(cases[i].kind);
		CHECK_EQ_INT(r < 0, missing);
		failure_clear();
		r = mkfs_run(cases[i].kind, "/dev/mapper/root");
		CHECK_EQ_INT(r < 0, cases[i].sentence != NULL);
		CHECK_EQ_STR(called, cases[i].called);
		CHECK_EQ_STR(failure()->text, cases[i].sentence ?: "");
		CHECK_EQ_INT(failure()->code, r < 0 ? CODE_PROVISION : CODE_NONE);
	}
	CHECK_EQ_INT(mkfs_check(MKFS_NONE), 0);
}

/* No program makes a swap area; what is behind its page stays. */
static void test_swap(void)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	char path[] = "/tmp/postern-test-XXXXXX";
	cleanup_free uint8_t *page = malloc(len);
	cleanup_fd int fd = mkstemp(path);
	uint32_t info[3];

	if (!page || fd < 0)
		abort();
	memset(page, 0xff, len);
	there = NULL;
	called[0] = '\0';
	failure_clear();
	CHECK_EQ_INT(mkfs_check(MKFS_SWAP), 0);
	REQUIRE(ftruncate(fd, (off_t)(20 * len + 512)) == 0 &&
		pwrite(fd, page, len, 0) == (ssize_t)len &&
		pwrite(fd, page, len, (off_t)len) == (ssize_t)len);
	CHECK_EQ_INT(mkfs_run(MKFS_SWAP, path), 0);
	REQUIRE(pread(fd, page, len, 0) == (ssize_t)len);
	memcpy(info, page + 1024, sizeof(info));
	CHECK_EQ_INT(info[0], 1);
	CHECK_EQ_INT(info[1], 19);
	CHECK_EQ_INT(info[2], 0);
	CHECK_EQ_MEM(page + len - 10, "SWAPSPACE2", 10);
	CHECK_EQ_INT(page[0] | page[1023] | page[1036] | page[len - 11], 0);
	REQUIRE(pread(fd, page, len, (off_t)len) == (ssize_t)len);
	CHECK_EQ_INT(page[0] & page[len - 1], 0xff);
	CHECK_EQ_STR(called, "");
	CHECK_EQ_INT(unlink(path), 0);
	CHECK(mkfs_run(MKFS_SWAP, path) < 0);
	CHECK_EQ_INT(failure()->code, CODE_PROVISION);
}

static const struct test tests[] = {
	{ "run", test_run_it },
	{ "swap", test_swap },
};

TEST_MAIN(tests)
