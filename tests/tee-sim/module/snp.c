// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snp.c - /dev/sev-guest: the three SNP_GET_* requests
 */
#include "sim.h"

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/sev-guest.h>

#define CERTS_MAX	0x4000

struct rsp_head {
	u32 status, size;
	u8 rsvd[24];
};

static int run(struct sim_job *j, struct snp_guest_request_ioctl *io)
{
	int rc = sim_job_run(j);

	io->fw_error = j->rsp.fw_error;
	io->vmm_error = j->rsp.vmm_error;
	return rc;
}

static int give_report(struct sim_job *j, struct snp_guest_request_ioctl *io)
{
	struct snp_report_resp *resp = kzalloc(sizeof(*resp), GFP_KERNEL);
	struct rsp_head head = { };
	int rc = 0;

	if (!resp)
		return -ENOMEM;
	head.size = min_t(u32, j->rsp.out_len, sizeof(resp->data) - sizeof(head));
	memcpy(resp->data, &head, sizeof(head));
	memcpy(resp->data + sizeof(head), j->blob, head.size);
	if (copy_to_user(u64_to_user_ptr(io->resp_data), resp, sizeof(*resp)))
		rc = -EFAULT;
	kfree(resp);
	return rc;
}

/* The certificates, or how much room they need. */
static int give_certs(struct sim_job *j, struct snp_guest_request_ioctl *io,
		      struct snp_ext_report_req *q)
{
	u32 room = q->certs_address ? q->certs_len : 0;

	if (j->rsp.aux_len > room) {
		q->certs_len = PAGE_ALIGN(j->rsp.aux_len);
		io->vmm_error = SNP_GUEST_VMM_ERR_INVALID_LEN;
		return copy_to_user(u64_to_user_ptr(io->req_data), q, sizeof(*q)) ?
		       -EFAULT : -EIO;
	}
	if (!room)
		return 0;
	if (clear_user(u64_to_user_ptr(q->certs_address), room) ||
	    copy_to_user(u64_to_user_ptr(q->certs_address),
			 j->blob + j->rsp.out_len, j->rsp.aux_len))
		return -EFAULT;
	return 0;
}

static int get_report(struct snp_guest_request_ioctl *io, bool ext)
{
	struct snp_ext_report_req q = { };
	struct sim_job *j;
	int rc;

	if (!io->req_data || !io->resp_data)
		return -EINVAL;
	if (copy_from_user(&q, u64_to_user_ptr(io->req_data),
			   ext ? sizeof(q) : sizeof(q.data)))
		return -EFAULT;
	if (ext && q.certs_len && q.certs_address &&
	    (q.certs_len > CERTS_MAX || !IS_ALIGNED(q.certs_len, PAGE_SIZE)))
		return -EINVAL;
	j = sim_job_new(TSM_SIM_KIND_REPORT, q.data.user_data,
			sizeof(q.data.user_data), q.data.vmpl);
	if (!j)
		return -ENOMEM;
	rc = run(j, io);
	if (!rc && ext)
		rc = give_certs(j, io, &q);
	if (!rc)
		rc = give_report(j, io);
	sim_job_free(j);
	return rc;
}

static int get_key(struct snp_guest_request_ioctl *io)
{
	struct snp_derived_key_resp resp = { };
	struct snp_derived_key_req q;
	struct sim_job *j;
	int rc;

	if (!io->req_data || !io->resp_data)
		return -EINVAL;
	if (copy_from_user(&q, u64_to_user_ptr(io->req_data), sizeof(q)))
		return -EFAULT;
	j = sim_job_new(TSM_SIM_KIND_DERIVE, &q, sizeof(q), q.vmpl);
	if (!j)
		return -ENOMEM;
	rc = run(j, io);
	if (!rc) {
		/* MSG_KEY_RSP: u32 status, 28 reserved, 32 bytes of key */
		memcpy(resp.data + 32, j->blob, min_t(u32, 32, j->rsp.out_len));
		if (copy_to_user(u64_to_user_ptr(io->resp_data), &resp,
				 sizeof(resp)))
			rc = -EFAULT;
	}
	memzero_explicit(&resp, sizeof(resp));
	sim_job_free(j);
	return rc;
}

static long snp_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;
	struct snp_guest_request_ioctl io;
	int rc = -ENOTTY;

	if (copy_from_user(&io, argp, sizeof(io)))
		return -EFAULT;
	io.exitinfo2 = 0xff;
	if (!io.msg_version)
		return -EINVAL;
	switch (cmd) {
	case SNP_GET_REPORT:
		rc = get_report(&io, false);
		break;
	case SNP_GET_EXT_REPORT:
		rc = get_report(&io, true);
		break;
	case SNP_GET_DERIVED_KEY:
		rc = get_key(&io);
		break;
	}
	/* As the real driver: nothing is copied back when all went well. */
	if (io.exitinfo2 && copy_to_user(argp, &io, sizeof(io)))
		return -EFAULT;
	return rc;
}

static const struct file_operations snp_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = snp_ioctl,
};

struct miscdevice sim_snp_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sev-guest",
	.fops = &snp_fops,
};
