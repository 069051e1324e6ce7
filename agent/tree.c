/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cpio.h"
#include "file.h"
#include "log.h"
#include "tree.h"

void tree_close(struct tree *t)
{
	close_fd(&t->root);
	buf_free(&t->archive);
}

int tree_open_folder(const char *path, struct tree *ret)
{
	ret->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return ret->root < 0 ? fail(neg_errno(), CODE_CONFIG, "cannot open "
				    "'%.100s': %s", path, strerror(errno)) : 0;
}

/* --- archives --- */

static const struct {
	const char *magic;
	size_t len;
	const char *program;
} formats[] = {
	{ "\x1f\x8b", 2, "gzip" },
	{ "\xfd" "7zXZ", 5, "xz" },
	{ "\x28\xb5\x2f\xfd", 4, "zstd" },
	{ "\x02\x21\x4c\x18", 4, "lz4" },
	{ "\x04\x22\x4d\x18", 4, "lz4" },
	{ "BZh", 3, "bzip2" },
};

static const char *program_for(const struct reader *r)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (r->left >= formats[i].len &&
		    memcmp(r->p, formats[i].magic, formats[i].len) == 0)
			return formats[i].program;
	return NULL;
}

static int spawn(const char *program, int in, int out, pid_t *ret)
{
	char path[64], name[16], option[] = "-dcq";
	char *argv[] = { name, option, NULL }, *env[] = { NULL };
	posix_spawn_file_actions_t files;
	int r;

	(void)snprintf(path, sizeof(path), "/usr/bin/%s", program);
	(void)snprintf(name, sizeof(name), "%s", program);
	r = posix_spawn_file_actions_init(&files);
	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn(ret, path, &files, NULL, argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	return -r;
}

/* What PROGRAM makes of the file IN from its offset on, appended to RET. */
static int unpack(const char *program, int in, struct buf *ret)
{
	cleanup_fd int from = -1, to = -1;
	uint8_t part[65536];
	int fds[2], r, status = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return neg_errno();
	from = fds[0];
	to = fds[1];
	r = spawn(program, in, to, &pid);
	if (r < 0)
		return r;
	close_fd(&to);
	while ((n = read(from, part, sizeof(part))) > 0)
		buf_add(ret, part, (size_t)n);
	/* Only when the archive is too long is it still writing. */
	close_fd(&from);
	(void)waitpid(pid, &status, 0);
	r = buf_error(ret);
	/* 2 is a warning: of zeros behind the end, which there may be. */
	if (r == 0 && !(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
					      WEXITSTATUS(status) == 2)))
		r = -EBADMSG;
	return r;
}

/* Appends the archives of FD, of which BYTES is the content. */
static int gather(int fd, const struct buf *bytes, struct buf *ret,
		  struct reason *why)
{
	struct reader r = READER(bytes->data, bytes->len);
	struct cpio_entry e;
	const char *program;
	int k = 0;

	while (cpio_begins(&r)) {
		const uint8_t *start = r.p;

		do
			k = cpio_next(&r, &e, why);
		while (k > 0);
		if (k < 0)
			return k;
		buf_add(ret, start, (size_t)(r.p - start));
	}
	if (rd_empty(&r))
		return buf_error(ret);
	program = program_for(&r);
	if (!program)
		return reason_set(why, -EBADMSG, CODE_CONFIG,
				  "its compression is not known");
	if (lseek(fd, (off_t)(bytes->len - r.left), SEEK_SET) < 0)
		return reason_set(why, neg_errno(), CODE_CONFIG, "cannot seek");
	k = unpack(program, fd, ret);
	return k < 0 ? reason_set(why, k, CODE_CONFIG, "'%s' cannot unpack it: %s",
				  program, strerror(-k)) : 0;
}

int tree_open_initramfs(const char *path, struct tree *ret)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	cleanup_buf struct buf bytes = BUF(TREE_ARCHIVE_MAX);
	struct reason why = { 0 };
	int r = fd < 0 ? neg_errno() : file_read(path, &bytes);

	if (r < 0)
		return fail(r, CODE_CONFIG, "cannot read '%.100s': %s", path,
			    strerror(-r));
	r = gather(fd, &bytes, &ret->archive, &why);
	return r < 0 ? fail(r, CODE_CONFIG, "'%.100s': %.140s", path,
			    why.code ? why.text : strerror(-r)) : 0;
}

/* Calls EACH until it says stop. */
static void walk(const struct tree *t, void *context,
		 bool (*each)(void *context, const struct cpio_entry *e))
{
	struct reader r = READER(t->archive.data, t->archive.len);
	struct cpio_entry e;

	while (cpio_begins(&r))
		while (cpio_next(&r, &e, NULL) > 0)
			if (!each(context, &e))
				return;
}

struct wanted {
	const char *path;	/* without the first slash */
	struct buf *ret;
	bool found;
};

static bool is_wanted(void *context, const struct cpio_entry *e)
{
	struct wanted *w = context;
	const char *name = e->name, *path = w->path;

	name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	name += strncmp(name, "usr/", 4) == 0 ? 4 : 0;
	path += strncmp(path, "usr/", 4) == 0 ? 4 : 0;
	if (strcmp(name, path) != 0)
		return true;
	w->found = true;
	buf_add(w->ret, e->data.p, e->data.left);
	return false;
}

/* --- both --- */

static int open_inside(const struct tree *t, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_RDONLY | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, t->root, path, &how, sizeof(how));

	return fd < 0 ? neg_errno() : (int)fd;
}

static int read_inside(const struct tree *t, const char *path, struct buf *ret)
{
	cleanup_fd int fd = open_inside(t, path, O_NONBLOCK | O_NOCTTY);
	uint8_t part[65536];
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(ret, part, (size_t)n);
	return n < 0 ? neg_errno() : buf_error(ret);
}

int tree_read(const struct tree *t, const char *path, struct buf *ret)
{
	struct wanted w = { .path = path + 1, .ret = ret };

	if (t->root >= 0)
		return read_inside(t, path, ret);
	walk(t, &w, is_wanted);
	return w.found ? buf_error(ret) : -ENOENT;
}

/* depmod(8) and the kernel's build list what there is: the first word of a line. */
static bool add_list(void *context, const struct cpio_entry *e)
{
	const char *base = strrchr(e->name, '/');

	if (base && (strcmp(base, "/modules.dep") == 0 ||
		     strcmp(base, "/modules.builtin") == 0))
		buf_add(context, e->data.p, e->data.left);
	return true;
}

static int add_kernel(const struct tree *t, const char *dir,
		      const char *release, struct buf *ret)
{
	static const char *const lists[] = { "modules.dep", "modules.builtin" };
	char path[512];
	size_t i;
	int r = 0;

	for (i = 0; i < ARRAY_SIZE(lists) && r == 0; i++) {
		if (snprintf(path, sizeof(path), "%s/%s/%s", dir, release,
			     lists[i]) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		r = read_inside(t, path, ret);
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

int tree_modules(const struct tree *t, struct buf *ret)
{
	static const char dir[] = "/usr/lib/modules";
	struct dirent *e;
	DIR *d;
	int fd, r = 0;

	if (t->root < 0) {
		walk(t, ret, add_list);
		return buf_error(ret);
	}
	fd = open_inside(t, dir, O_DIRECTORY);
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	while (d && r == 0 && (e = readdir(d)))
		if (e->d_name[0] != '.')
			r = add_kernel(t, dir, e->d_name, ret);
	if (d)
		(void)closedir(d);
	else
		(void)close(fd);
	return r;
}
