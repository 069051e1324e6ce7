/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of a boot: limits before it, and how it ends. */
#include "boot.h"
#include "clock.h"
#include "final.h"
#include "log.h"
#include "report.h"

/* What was opened is closed, the last first; secrets are wiped. */
static void roll_back(struct boot *b)
{
	size_t i;

	for (i = b->volume_count; i-- > 0; )
		(void)volume_close(&b->volumes[i]);
	for (i = 0; i < b->tunnel_count; i++)
		boot_tunnel_undo(&b->tunnels[i]);
}

int boot_exit_status(const struct boot *b, int r)
{
	if (r == 0)
		return 0;
	if (failure()->code == CODE_CONFIG)
		return 2;
	return r == -EAGAIN && !b->session.denied ? 75 : 1;
}

/* True when the kernel command line asks for it and the configuration agrees. */
static int check_skip(struct boot *b, bool *ret_skip)
{
	*ret_skip = false;
	if (!b->cmdline.skip)
		return 0;
	if (!b->config.agent.allow_skip && b->config.volume_count > 0)
		return fail(-EINVAL, CODE_CONFIG, "rd.postern=0 is refused: there "
			    "are volumes to open, and allow-skip is not set");
	log_info("skipped: rd.postern=0");
	*ret_skip = true;
	return 0;
}

static int set_limits(struct boot *b)
{
	const struct config_agent *a = &b->config.agent;

	boot_count_anew(b);
	return final_setup(a->on_failure, a->timeout);
}

int boot_unlock(const char *path)
{
	struct boot *b = calloc(1, sizeof(*b));
	bool skip = false;
	int r, status;

	log_step("config");
	r = final_setup(ON_FAILURE_POWEROFF, 0);
	if (r == 0)
		r = b ? boot_load(b, path) :
		    fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	if (b && b->config.loaded)
		r = set_limits(b) ?: r;
	if (r == 0)
		r = check_skip(b, &skip);
	if (r == 0 && !skip)
		r = boot_run(b);
	log_step(b && b->step_count ? b->steps[b->step_count - 1].name : "config");
	status = b ? boot_exit_status(b, r) : 1;
	if (r < 0) {
		if (final_is_first())
			log_failure(r, final_is_ours());
		if (b)
			roll_back(b);
	}
	if (b && !skip)
		report_write(b, r == 0 ? CODE_NONE : failure()->code);
	boot_free(b);
	if (r < 0)
		final_act();
	return status;
}
