// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * jobs.c - /dev/tsm_sim: requests go out to the signer, answers come back
 *
 * One signer at a time.  Without one a request fails with EIO at once; one that
 * goes away with requests in hand fails those the same way; one that does not
 * answer in time makes them time out.
 */
#include "sim.h"

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

static LIST_HEAD(jobs);
static DEFINE_MUTEX(jobs_lock);
static DECLARE_WAIT_QUEUE_HEAD(jobs_wait);
static bool signer_present;
static u32 next_id;

struct sim_job *sim_job_new(u32 kind, const void *data, size_t len, u32 level)
{
	struct sim_job *j = kzalloc(sizeof(*j), GFP_KERNEL);

	if (!j)
		return NULL;
	j->req.kind = kind;
	j->req.privlevel = level;
	j->req.data_len = len;
	memcpy(j->req.data, data, min(len, sizeof(j->req.data)));
	return j;
}

void sim_job_free(struct sim_job *j)
{
	if (!j)
		return;
	kvfree(j->blob);
	kfree(j);
}

static int enqueue(struct sim_job *j)
{
	int rc = -EIO;

	mutex_lock(&jobs_lock);
	if (signer_present) {
		j->req.id = ++next_id;
		list_add_tail(&j->node, &jobs);
		rc = 0;
	}
	mutex_unlock(&jobs_lock);
	return rc;
}

int sim_job_run(struct sim_job *j)
{
	long left;
	int rc;

	j->req.magic = TSM_SIM_REQ_MAGIC;
	strscpy(j->req.provider, sim_provider ?: "", sizeof(j->req.provider));
	sim_mr_copy(j->req.mr);
	init_completion(&j->done);

	rc = enqueue(j);
	if (rc)
		return rc;
	wake_up_interruptible(&jobs_wait);
	left = wait_for_completion_interruptible_timeout(&j->done,
							 msecs_to_jiffies(sim_timeout_ms));
	mutex_lock(&jobs_lock);
	list_del(&j->node);
	mutex_unlock(&jobs_lock);

	if (left < 0)
		return -EINTR;
	if (!left)
		return -ETIMEDOUT;
	return -(int)j->rsp.error;
}

static int signer_open(struct inode *inode, struct file *f)
{
	int rc = -EBUSY;

	mutex_lock(&jobs_lock);
	if (!signer_present) {
		signer_present = true;
		rc = 0;
	}
	mutex_unlock(&jobs_lock);
	return rc;
}

static int signer_release(struct inode *inode, struct file *f)
{
	struct sim_job *j;

	mutex_lock(&jobs_lock);
	signer_present = false;
	list_for_each_entry(j, &jobs, node) {
		if (completion_done(&j->done))
			continue;
		j->rsp.error = EIO;
		complete(&j->done);
	}
	mutex_unlock(&jobs_lock);
	return 0;
}

static struct sim_job *first_new_job(void)
{
	struct sim_job *j;

	list_for_each_entry(j, &jobs, node)
		if (!j->taken && !completion_done(&j->done))
			return j;
	return NULL;
}

static bool have_new_job(void)
{
	bool found;

	mutex_lock(&jobs_lock);
	found = first_new_job();
	mutex_unlock(&jobs_lock);
	return found;
}

static bool take_job(struct tsm_sim_req *ret)
{
	struct sim_job *j;

	mutex_lock(&jobs_lock);
	j = first_new_job();
	if (j) {
		j->taken = true;
		*ret = j->req;
	}
	mutex_unlock(&jobs_lock);
	return j;
}

static ssize_t signer_read(struct file *f, char __user *buf, size_t len,
			   loff_t *pos)
{
	struct tsm_sim_req req;
	int rc;

	if (len < sizeof(req))
		return -EINVAL;
	while (!take_job(&req)) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_interruptible(jobs_wait, have_new_job());
		if (rc)
			return rc;
	}
	return copy_to_user(buf, &req, sizeof(req)) ? -EFAULT : sizeof(req);
}

/* BLOB is the job's when true is returned. */
static bool give_answer(const struct tsm_sim_rsp *rsp, u8 *blob)
{
	struct sim_job *j;
	bool found = false;

	mutex_lock(&jobs_lock);
	list_for_each_entry(j, &jobs, node) {
		if (j->req.id != rsp->id || !j->taken || completion_done(&j->done))
			continue;
		j->rsp = *rsp;
		j->blob = blob;
		complete(&j->done);
		found = true;
		break;
	}
	mutex_unlock(&jobs_lock);
	return found;
}

static ssize_t signer_write(struct file *f, const char __user *buf, size_t len,
			    loff_t *pos)
{
	struct tsm_sim_rsp rsp;
	u8 *blob = NULL;
	u64 body;

	if (len < sizeof(rsp))
		return -EINVAL;
	if (copy_from_user(&rsp, buf, sizeof(rsp)))
		return -EFAULT;
	body = (u64)rsp.out_len + rsp.aux_len + rsp.man_len;
	if (rsp.magic != TSM_SIM_RSP_MAGIC || body != len - sizeof(rsp) ||
	    body > TSM_SIM_BLOB_MAX || rsp.error > MAX_ERRNO)
		return -EINVAL;
	if (body) {
		blob = vmemdup_user(buf + sizeof(rsp), body);
		if (IS_ERR(blob))
			return PTR_ERR(blob);
	}
	if (!give_answer(&rsp, blob)) {
		kvfree(blob);
		return -ESRCH;
	}
	return len;
}

static __poll_t signer_poll(struct file *f, poll_table *pt)
{
	poll_wait(f, &jobs_wait, pt);
	return EPOLLOUT | EPOLLWRNORM |
	       (have_new_job() ? EPOLLIN | EPOLLRDNORM : 0);
}

static const struct file_operations signer_fops = {
	.owner = THIS_MODULE,
	.open = signer_open,
	.release = signer_release,
	.read = signer_read,
	.write = signer_write,
	.poll = signer_poll,
};

struct miscdevice sim_signer_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tsm_sim",
	.fops = &signer_fops,
	.mode = 0600,
};
