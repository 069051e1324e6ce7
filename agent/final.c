/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/statfs.h>
#include <time.h>

#include "clock.h"
#include "final.h"
#include "log.h"

/* boot.c minds the limit between steps; this much later something hangs. */
#define GRACE_S		30

static atomic_flag said = ATOMIC_FLAG_INIT;
static volatile int action = ON_FAILURE_RETURN;
static const char *volatile step = "config";
static uint64_t limit_s;
static volatile time_t end_s;		/* of CLOCK_BOOTTIME */

/* Whatever hangs may hold a lock of the C library: system calls alone. */
static void say_timeout(int fd, const char *head)
{
	static const char text[] = ": TIMEOUT: the step did not come to an end; "
				   "the lines above say what was waited for\n";
	size_t head_len = strlen(head), len = MIN(strlen(step), 32);
	char line[256];

	/* One write, since each is a line of its own to /dev/kmsg. */
	memcpy(line, head, head_len);
	memcpy(line + head_len, step, len);
	memcpy(line + head_len + len, text, sizeof(text) - 1);
	if (write(fd, line, head_len + len + sizeof(text) - 1) < 0)
		return;
}

/*
 * A thread, since a read of a disk that never answers takes no signal.  When
 * nothing is to be done but to end, that has to wait for such a read as well.
 */
static void *watch(void *unused)
{
	struct timespec end = { .tv_sec = 0 };
	int fd;

	(void)unused;
	while (end.tv_sec != end_s) {
		end.tv_sec = end_s;
		while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &end,
				       NULL) != 0)
			;
	}
	if (final_is_first()) {
		say_timeout(STDERR_FILENO, "postern: ");
		fd = final_is_ours() ? open("/dev/kmsg", O_WRONLY | O_CLOEXEC |
					    O_NOCTTY) : -1;
		/* an error, which the kernel shows also where it is quiet */
		if (fd >= 0)
			say_timeout(fd, "<3>postern: ");
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

int final_setup(unsigned on_failure, uint64_t timeout)
{
	pthread_t thread;
	int r;

	action = in_initramfs() ? (int)on_failure : ON_FAILURE_RETURN;
	if (timeout == 0)
		return 0;
	limit_s = timeout + GRACE_S;
	final_progress();
	r = pthread_create(&thread, NULL, watch, NULL);
	return r ? fail(-r, CODE_INTERNAL, "cannot watch the time limit: %s",
			strerror(r)) : 0;
}

void final_progress(void)
{
	end_s = (time_t)((uint64_t)clock_ms() / 1000 + limit_s);
}

void final_step(const char *name)
{
	step = name;
}

bool final_is_first(void)
{
	return !atomic_flag_test_and_set(&said);
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
