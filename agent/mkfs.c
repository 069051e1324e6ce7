/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "mkfs.h"

/* A large disk takes some seconds, since nothing but metadata is written. */
#define LIMIT_MS	(10 * 60 * 1000)
#define POLL_MS		20

#define SWAP_INFO_OFFSET	1024
#define SWAP_MAGIC		"SWAPSPACE2"

/* Dracut and initramfs-tools put it in the one or the other. */
#define PLACES_MAX	2

static const struct program {
	const char *name;
	const char *places[PLACES_MAX];
	const char *quiet;		/* and no question, if there were one */
} programs[] = {
	[MKFS_EXT4] = { "mkfs.ext4",
			{ "/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4" }, "-qF" },
	[MKFS_XFS] = { "mkfs.xfs",
		       { "/usr/sbin/mkfs.xfs", "/sbin/mkfs.xfs" }, "-qf" },
};

static const char *find(const struct program *p)
{
	size_t i;

	for (i = 0; i < PLACES_MAX; i++)
		if (access(p->places[i], X_OK) == 0)
			return p->places[i];
	return NULL;
}

int mkfs_check(enum volume_mkfs kind)
{
	if (kind == MKFS_NONE || kind == MKFS_SWAP || find(&programs[kind]))
		return 0;
	return fail(-ENOENT, CODE_PROVISION, "there is no '%s' in the initramfs",
		    programs[kind].name);
}

/* Standard input and output are /dev/null; what it complains of is seen. */
static int spawn(const char *path, const struct program *p, const char *device,
		 pid_t *ret)
{
	char name[16], quiet[8], where[128];
	char *argv[] = { name, quiet, where, NULL }, *env[] = { NULL };
	posix_spawn_file_actions_t files;
	int r;

	(void)snprintf(name, sizeof(name), "%s", p->name);
	(void)snprintf(quiet, sizeof(quiet), "%s", p->quiet);
	if (snprintf(where, sizeof(where), "%s", device) >= (int)sizeof(where))
		return -ENAMETOOLONG;
	r = posix_spawn_file_actions_init(&files);
	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					     O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
						     "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn(ret, path, &files, NULL, argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	return -r;
}

/* Its exit status, or an error; it does not outlive this. */
static int wait_for(pid_t pid)
{
	int64_t end = clock_ms() + LIMIT_MS;
	int status;
	pid_t r;

	while ((r = waitpid(pid, &status, WNOHANG)) == 0) {
		if (clock_ms() > end) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return -ETIMEDOUT;
		}
		clock_pause(POLL_MS);
	}
	if (r < 0)
		return neg_errno();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

/* SIZE bytes on FD become a swap area. */
static int write_swap(int fd, uint64_t size)
{
	const size_t len = (size_t)sysconf(_SC_PAGESIZE);
	cleanup_free uint8_t *page = calloc(1, len);
	const uint32_t info[] = {
		1, (uint32_t)MIN(size / len - 1, UINT32_MAX), 0,
	};

	if (!page)
		return -ENOMEM;
	memcpy(page + SWAP_INFO_OFFSET, info, sizeof(info));
	memcpy(page + len - strlen(SWAP_MAGIC), SWAP_MAGIC, strlen(SWAP_MAGIC));
	return file_write_at(fd, page, len, 0) ?: file_sync(fd);
}

static int make_swap(const char *device)
{
	cleanup_fd int fd = open(device, O_RDWR | O_CLOEXEC | O_NOCTTY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	int r = size < 0 ? neg_errno() : write_swap(fd, (uint64_t)size);

	return r < 0 ? fail(-EIO, CODE_PROVISION, "cannot make a swap area on "
			    "'%s': %s", device, strerror(-r)) : 0;
}

int mkfs_run(enum volume_mkfs kind, const char *device)
{
	const char *path;
	pid_t pid;
	int r;

	if (kind == MKFS_SWAP)
		return make_swap(device);
	path = find(&programs[kind]);
	if (!path)
		return mkfs_check(kind);
	r = spawn(path, &programs[kind], device, &pid);
	if (r == 0)
		r = wait_for(pid);
	if (r > 0)
		return fail(-EIO, CODE_PROVISION, "'%s' ended with status %d",
			    path, r);
	return r < 0 ? fail(r, CODE_PROVISION, "cannot run '%s': %s", path,
			    strerror(-r)) : 0;
}
