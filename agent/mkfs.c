/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "clock.h"
#include "log.h"
#include "mkfs.h"

/* A large disk takes some seconds, since nothing but metadata is written. */
#define LIMIT_MS	(10 * 60 * 1000)
#define POLL_MS		20

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
	if (kind == MKFS_NONE || find(&programs[kind]))
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

int mkfs_run(enum volume_mkfs kind, const char *device)
{
	const struct program *p = &programs[kind];
	const char *path = find(p);
	pid_t pid;
	int r;

	if (!path)
		return mkfs_check(kind);
	r = spawn(path, p, device, &pid);
	if (r == 0)
		r = wait_for(pid);
	if (r > 0)
		return fail(-EIO, CODE_PROVISION, "'%s' ended with status %d",
			    path, r);
	return r < 0 ? fail(r, CODE_PROVISION, "cannot run '%s': %s", path,
			    strerror(-r)) : 0;
}
