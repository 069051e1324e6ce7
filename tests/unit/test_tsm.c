/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * configfs-tsm as a directory of plain files: mkdir() fills it, each write()
 * to an attribute counts, rmdir() empties it first (tee-abi.md 1.3).
 */
/* LDFLAGS: -Wl,--wrap=mkdir,--wrap=write,--wrap=read,--wrap=rmdir */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "file.h"
#include "log.h"
#include "test.h"
#include "tsm.h"

int __real_mkdir(const char *path, mode_t mode);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __real_read(int fd, void *data, size_t len);
int __real_rmdir(const char *path);
int __wrap_mkdir(const char *path, mode_t mode);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);
int __wrap_rmdir(const char *path);

/* What the kernel does; all zero: it is fine, and its report is "quote". */
static struct kernel {
	const char *provider, *out, *aux, *manifest, *generation, *floor;
	size_t big;			/* bytes of outblob instead */
	int mkdir_error, read_error;
	unsigned read_errors;		/* so many; 0: all */
	unsigned taken;			/* names that are there already */
	bool other_writer, deaf;	/* counts once more, or not at all */
	bool late_writer;		/* when outblob is read */
	bool short_write;
	/* And what it saw. */
	unsigned mkdirs, rmdirs, reads, count;
	size_t in_len;
	uint8_t in[2 * TSM_DATA_LEN];
	char options[128];
} kernel;

static char root[] = "/tmp/postern-tsm-XXXXXX";

static void put_file(const char *dir, const char *name, const void *data,
		     size_t len)
{
	char path[300];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || __real_write(fd, data, len) != (ssize_t)len)
		abort();
	(void)close(fd);
}

static void put_text(const char *dir, const char *name, const char *text)
{
	if (text)
		put_file(dir, name, text, strlen(text));
}

static void put_generation(const char *dir)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%u\n", kernel.count);
	put_text(dir, "generation", kernel.generation ?: text);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	if (strncmp(path, root, sizeof(root) - 1) != 0)
		return __real_mkdir(path, mode);
	kernel.mkdirs++;
	if (kernel.taken) {
		kernel.taken--;
		errno = EEXIST;
		return -1;
	}
	if (kernel.mkdir_error) {
		errno = kernel.mkdir_error;
		return -1;
	}
	if (__real_mkdir(path, mode) < 0)
		return -1;
	kernel.count = 0;
	put_generation(path);
	put_text(path, "provider", kernel.provider ?: "tdx_guest\n");
	put_text(path, "inblob", "");
	put_text(path, "service_provider", "");
	put_text(path, "service_guid", "");
	put_text(path, "outblob", kernel.out ?: "quote");
	put_text(path, "auxblob", kernel.aux);
	put_text(path, "manifestblob", kernel.manifest);
	put_text(path, "privlevel_floor", kernel.floor);
	put_text(path, "privlevel", "");
	if (kernel.big) {
		uint8_t *data = calloc(1, kernel.big);

		put_file(path, "outblob", data, kernel.big);
		free(data);
	}
	return 0;
}

/* The directory and the name of an open attribute; false for other files. */
static bool attribute(int fd, char *path, size_t size, const char **ret_name)
{
	char link[64];
	ssize_t n;
	char *slash;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, size - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || strncmp(path, root, sizeof(root) - 1) != 0)
		return false;
	*slash = '\0';
	*ret_name = slash + 1;
	return true;
}

static void note(const char *name, const void *data, size_t len)
{
	size_t at = strlen(kernel.options);

	if (strcmp(name, "inblob") == 0) {
		kernel.in_len = MIN(len, sizeof(kernel.in));
		memcpy(kernel.in, data, kernel.in_len);
		return;
	}
	(void)snprintf(kernel.options + at, sizeof(kernel.options) - at,
		       "%s=%.*s ", name, (int)len, (const char *)data);
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	const char *name;
	char path[300];

	if (!attribute(fd, path, sizeof(path), &name))
		return __real_write(fd, data, len);
	note(name, data, len);
	if (!kernel.deaf)
		kernel.count++;
	if (kernel.other_writer)
		kernel.count++;
	put_generation(path);
	return kernel.short_write ? (ssize_t)len - 1 : (ssize_t)len;
}

ssize_t __wrap_read(int fd, void *data, size_t len)
{
	const char *name;
	char path[300];

	if (kernel.read_error &&
	    (!kernel.read_errors || kernel.reads < kernel.read_errors) &&
	    attribute(fd, path, sizeof(path), &name) &&
	    strcmp(name, "outblob") == 0) {
		kernel.count += kernel.late_writer;
		put_generation(path);
		errno = kernel.read_error;
		kernel.reads++;
		return -1;
	}
	return __real_read(fd, data, len);
}

int __wrap_rmdir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char file[600];

	kernel.rmdirs++;
	while (d && (e = readdir(d))) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		(void)unlink(file);
	}
	if (d)
		(void)closedir(d);
	return __real_rmdir(path);
}

static bool make_root(void)
{
	return strstr(root, "XXXXXX") ? mkdtemp(root) != NULL :
					__real_mkdir(root, 0700) == 0;
}

static struct tsm_request request(void)
{
	struct tsm_request q = { .root = root, .provider = "tdx_guest" };

	memset(q.data, 0x5a, sizeof(q.data));
	return q;
}

static void test_report(void)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct tsm_request q = request();

	REQUIRE(make_root());
	kernel = (struct kernel){ .aux = "certificates" };
	REQUIRE(tsm_report(&q, &t) == 0);
	REQUIRE(t.out.len == 5 && t.aux.len == 12 && t.manifest.len == 0);
	CHECK_EQ_MEM(t.out.data, "quote", 5);
	CHECK_EQ_MEM(t.aux.data, "certificates", 12);
	CHECK_EQ_INT(kernel.in_len, TSM_DATA_LEN);
	CHECK_EQ_MEM(kernel.in, q.data, TSM_DATA_LEN);
	CHECK_EQ_INT(kernel.count, 1);
	CHECK_EQ_INT(kernel.rmdirs, 1);
	CHECK(rmdir(root) == 0);
}

static void test_options(void)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct tsm_request q = request();

	REQUIRE(make_root());
	q.options[0] = (struct tsm_option){ "service_provider", "svsm" };
	q.options[1] = (struct tsm_option){ "service_guid", "c476f1eb" };
	kernel = (struct kernel){ .manifest = "vtpm" };
	REQUIRE(tsm_report(&q, &t) == 0);
	CHECK_EQ_INT(kernel.count, 3);
	CHECK_EQ_STR(kernel.options,
		     "service_provider=svsm service_guid=c476f1eb ");
	REQUIRE(t.manifest.len == 4);
	CHECK_EQ_MEM(t.manifest.data, "vtpm", 4);
	CHECK(rmdir(root) == 0);
}

/* The level is asked for where it is not 0 by itself. */
static void test_level(void)
{
	static const struct {
		const char *floor, *options;
	} cases[] = {
		{ NULL, "" }, { "0\n", "" }, { "2\n", "privlevel=2 " },
	};
	struct tsm_request q = request();
	size_t i;

	REQUIRE(make_root());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_tsm struct tsm_report t = TSM_REPORT;

		CASE(cases[i].options);
		kernel = (struct kernel){ .floor = cases[i].floor };
		CHECK_EQ_INT(tsm_report(&q, &t), 0);
		CHECK_EQ_STR(kernel.options, cases[i].options);
	}
	CHECK(rmdir(root) == 0);
}

/* An attribute that is not there: no service of that kind. */
static void test_no_option(void)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct tsm_request q = request();

	REQUIRE(make_root());
	q.options[0] = (struct tsm_option){ "service_of_later", "1" };
	kernel = (struct kernel){ 0 };
	CHECK_EQ_INT(tsm_report(&q, &t), -ENOENT);
	CHECK(rmdir(root) == 0);
}

static void test_failures(void)
{
	static const struct {
		const char *name;
		struct kernel kernel;
		int r;
		enum code code;
	} cases[] = {
		{ "no driver", { .mkdir_error = ENXIO }, -ENODEV, CODE_NO_TEE },
		{ "mkdir", { .mkdir_error = ENOMEM }, -ENOMEM, CODE_NO_TEE },
		{ "provider", { .provider = "sev_guest\n" }, -ENODEV,
		  CODE_TEE_MISMATCH },
		{ "longer", { .provider = "tdx_guest2\n" }, -ENODEV,
		  CODE_TEE_MISMATCH },
		{ "used before", { .generation = "1\n" }, -EAGAIN, CODE_NO_TEE },
		{ "no number", { .generation = "one\n" }, -EBADMSG,
		  CODE_NO_TEE },
		{ "other writer", { .other_writer = true }, -EAGAIN,
		  CODE_NO_TEE },
		{ "not taken", { .deaf = true }, -EAGAIN, CODE_NO_TEE },
		{ "short write", { .short_write = true }, -EINVAL, CODE_NO_TEE },
		{ "empty", { .out = "" }, -EAGAIN, CODE_NO_TEE },
		{ "too long", { .big = TSM_BLOB_MAX }, -EMSGSIZE, CODE_NO_TEE },
		{ "EBUSY", { .read_error = EBUSY }, -EAGAIN, CODE_NO_TEE },
		{ "EINTR", { .read_error = EINTR }, -EAGAIN, CODE_NO_TEE },
		{ "EIO", { .read_error = EIO }, -EAGAIN, CODE_NO_TEE },
		{ "ETIMEDOUT", { .read_error = ETIMEDOUT }, -EAGAIN,
		  CODE_NO_TEE },
		{ "EINVAL", { .read_error = EINVAL }, -EINVAL, CODE_NO_TEE },
		{ "EINVAL, by a stranger", { .read_error = EINVAL,
					     .late_writer = true }, -EAGAIN,
		  CODE_NO_TEE },
		{ "ENXIO", { .read_error = ENXIO }, -ENXIO, CODE_NO_TEE },
		{ "ENOTTY", { .read_error = ENOTTY }, -ENOTTY, CODE_NO_TEE },
		{ "EFBIG", { .read_error = EFBIG }, -EFBIG, CODE_NO_TEE },
		{ "names taken", { .taken = 100 }, -EEXIST, CODE_NO_TEE },
		{ "one name taken", { .taken = 1 }, 0, CODE_NONE },
		{ "as long as can be", { .big = TSM_BLOB_MAX - 1 }, 0,
		  CODE_NONE },
	};
	struct tsm_request q = request();
	size_t i;

	REQUIRE(make_root());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_tsm struct tsm_report t = TSM_REPORT;

		CASE(cases[i].name);
		kernel = cases[i].kernel;
		failure_clear();
		CHECK_EQ_INT(tsm_report(&q, &t), cases[i].r);
		CHECK_EQ_INT(failure()->code, cases[i].code);
		CHECK(cases[i].r == 0 || t.out.data == NULL);
		/* The next try is a new request. */
		CHECK_EQ_INT(kernel.reads, cases[i].kernel.read_error != 0);
	}
	/* Whatever happened, no directory is left. */
	CHECK(rmdir(root) == 0);
}

/* A file that says EINTR for ever is given up; once is nothing. */
static void test_interrupts(void)
{
	cleanup_buf struct buf b = BUF(64);
	char path[300];

	REQUIRE(make_root());
	put_file(root, "outblob", "x", 1);
	(void)snprintf(path, sizeof(path), "%s/outblob", root);
	kernel = (struct kernel){ .read_error = EINTR };
	CHECK_EQ_INT(file_read(path, &b), -EINTR);
	CHECK(kernel.reads > 1 && kernel.reads < 100);
	kernel = (struct kernel){ .read_error = EINTR, .read_errors = 3 };
	CHECK_EQ_INT(file_read(path, &b), 0);
	CHECK_EQ_INT(b.len, 1);
	(void)unlink(path);
	CHECK(rmdir(root) == 0);
}

static void test_no_root(void)
{
	cleanup_tsm struct tsm_report t = TSM_REPORT;
	struct tsm_request q = request();

	q.root = "/nonexistent/tsm";
	CHECK_EQ_INT(tsm_report(&q, &t), -ENODEV);
}

static const struct test tests[] = {
	{ "a report", test_report },
	{ "options", test_options },
	{ "privilege levels", test_level },
	{ "an option that is not there", test_no_option },
	{ "failures", test_failures },
	{ "no configfs", test_no_root },
	{ "interrupts", test_interrupts },
};
TEST_MAIN(tests)
