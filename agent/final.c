/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/statfs.h>

#include "final.h"

/* boot.c minds the limit between steps; this much later something hangs. */
#define GRACE_S		60

static volatile sig_atomic_t action = ON_FAILURE_RETURN;
static const char *volatile step = "config";

/* Of the calls that signal-safety(7) allows only write(2) and open(2). */
static void say_timeout(int fd)
{
	static const char text[] = ": TIMEOUT: the step did not come to an end; "
				   "the lines above say what was waited for\n";
	static const char head[] = "postern: ";
	size_t head_len = sizeof(head) - 1, len = MIN(strlen(step), 32);
	char line[256];

	/* One write, since each is a line of its own to /dev/kmsg. */
	memcpy(line, head, head_len);
	memcpy(line + head_len, step, len);
	memcpy(line + head_len + len, text, sizeof(text) - 1);
	if (write(fd, line, head_len + len + sizeof(text) - 1) < 0)
		return;
}

static void on_timer(int signal)
{
	int fd;

	(void)signal;
	say_timeout(STDERR_FILENO);
	if (final_is_ours()) {
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (fd >= 0)
			say_timeout(fd);
	}
	final_act();
	_exit(75);
}

/* An initramfs is the one root that lies in memory. */
static bool in_initramfs(void)
{
	struct statfs fs;

	return statfs("/", &fs) == 0 &&
	       (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC);
}

void final_setup(unsigned on_failure, uint64_t timeout)
{
	struct sigaction sa = { .sa_handler = on_timer };

	action = in_initramfs() ? (int)on_failure : ON_FAILURE_RETURN;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)alarm(timeout ? (unsigned)timeout + GRACE_S : 0);
}

void final_step(const char *name)
{
	step = name;
}

bool final_is_ours(void)
{
	return action != ON_FAILURE_RETURN;
}

void final_act(void)
{
	switch ((enum on_failure)action) {
	case ON_FAILURE_POWEROFF:
		(void)reboot(RB_POWER_OFF);
		break;
	case ON_FAILURE_REBOOT:
		(void)reboot(RB_AUTOBOOT);
		break;
	case ON_FAILURE_HALT:
		(void)reboot((int)RB_HALT_SYSTEM);
		break;
	case ON_FAILURE_RETURN:
		break;
	}
}
