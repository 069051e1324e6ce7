// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * csv.c - /dev/csv-guest: reports, and the registers of CSV3
 *
 * The driver is not in Linux; structures and errors are those of Hygon's.
 */
#include "sim.h"

#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define REQUEST_LEN	132	/* user data, nonce, hash, magic, flags */
#define NONCE_AT	64
#define DIGEST_LEN	32
#define REGISTERS	5

struct report_req {
	u64 page;
	int len;
};

struct rtmr_req {
	u64 buf, len;
	u16 command, rsvd;
	u32 fw_error;
} __packed;

struct rtmr_status {
	u16 version;
	u8 state;
} __packed;

struct rtmr_read {
	u32 bitmap;
	u8 data[DIGEST_LEN];
} __packed;

struct rtmr_extend {
	u8 index, rsvd;
	u16 len;
	u8 data[DIGEST_LEN];
} __packed;

#define GET_REPORT	_IOWR('D', 1, struct report_req)
#define RTMR		_IOWR('D', 2, struct rtmr_req)

static int get_report(void __user *argp)
{
	u8 request[REQUEST_LEN];
	struct report_req q;
	struct sim_job *j;
	int rc;

	if (copy_from_user(&q, argp, sizeof(q)))
		return -EFAULT;
	if (q.len < (int)PAGE_SIZE || !q.page || q.page % PAGE_SIZE)
		return -EINVAL;
	if (copy_from_user(request, u64_to_user_ptr(q.page), sizeof(request)))
		return -EFAULT;
	j = sim_job_new(TSM_SIM_KIND_REPORT, request, sizeof(j->req.data), 0);
	if (!j)
		return -ENOMEM;
	memcpy(j->req.nonce, request + NONCE_AT, sizeof(j->req.nonce));
	rc = sim_job_run(j);
	if (!rc && (j->rsp.out_len > PAGE_SIZE ||
		    clear_user(u64_to_user_ptr(q.page), PAGE_SIZE) ||
		    copy_to_user(u64_to_user_ptr(q.page), j->blob, j->rsp.out_len)))
		rc = -EFAULT;
	sim_job_free(j);
	return rc;
}

/* RET gets the register's value unless it is to be extended. */
static int ask_register(const struct tsm_sim_rtmr *what, u8 *ret)
{
	struct sim_job *j = sim_job_new(TSM_SIM_KIND_RTMR, what, sizeof(*what), 0);
	int rc;

	if (!j)
		return -ENOMEM;
	rc = sim_job_run(j);
	if (!rc && ret)
		memcpy(ret, j->blob, min_t(u32, DIGEST_LEN, j->rsp.out_len));
	sim_job_free(j);
	return rc;
}

static int do_status(void __user *buf)
{
	/* version 1, working */
	struct rtmr_status status = { 1, 2 };

	return copy_to_user(buf, &status, sizeof(status)) ? -EFAULT : 0;
}

/* One register at a time, which is all that an agent needs. */
static int do_read(void __user *buf)
{
	struct tsm_sim_rtmr what = { };
	struct rtmr_read q;
	int rc;

	if (copy_from_user(&q, buf, sizeof(q)))
		return -EFAULT;
	while (what.index < REGISTERS && q.bitmap != BIT(what.index))
		what.index++;
	if (what.index == REGISTERS)
		return -EINVAL;
	rc = ask_register(&what, q.data);
	return rc ?: copy_to_user(buf, &q, sizeof(q)) ? -EFAULT : 0;
}

static int do_extend(void __user *buf)
{
	struct tsm_sim_rtmr what = { .extend = 1 };
	struct rtmr_extend q;

	if (copy_from_user(&q, buf, sizeof(q)))
		return -EFAULT;
	if (q.index < 3 || q.index >= REGISTERS || q.len != DIGEST_LEN)
		return -EINVAL;
	what.index = q.index;
	memcpy(what.digest, q.data, DIGEST_LEN);
	return ask_register(&what, NULL);
}

static int rtmr(void __user *argp)
{
	static const struct {
		size_t len;
		int (*run)(void __user *buf);
	} commands[] = {
		[1] = { sizeof(struct rtmr_status), do_status },
		[3] = { sizeof(struct rtmr_read), do_read },
		[4] = { sizeof(struct rtmr_extend), do_extend },
	};
	struct rtmr_req q;

	if (!sim_csv3)
		return -ENOTTY;
	if (copy_from_user(&q, argp, sizeof(q)))
		return -EFAULT;
	if (q.command >= ARRAY_SIZE(commands) || !commands[q.command].run ||
	    !q.buf || q.len < commands[q.command].len)
		return -EINVAL;
	q.fw_error = 0;
	return commands[q.command].run(u64_to_user_ptr(q.buf)) ?:
	       copy_to_user(argp, &q, sizeof(q)) ? -EFAULT : 0;
}

static long csv_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case GET_REPORT:
		return get_report((void __user *)arg);
	case RTMR:
		return rtmr((void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations csv_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = csv_ioctl,
};

struct miscdevice sim_csv_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "csv-guest",
	.fops = &csv_fops,
	.mode = 0777,
};
