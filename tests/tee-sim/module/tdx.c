// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tdx.c - /dev/tdx_guest: a TDREPORT without its MAC
 */
#include "sim.h"

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/tdx-guest.h>

/* Offsets in a TDREPORT, and in the TDINFO inside it. */
#define TCB_HASH	32
#define INFO_HASH	80
#define REPORTDATA	128
#define TCB_INFO	256
#define TCB_INFO_LEN	239
#define TDINFO		512
#define TDINFO_LEN	512
#define INFO_MRTD	16
#define INFO_CONFIGID	64
#define INFO_OWNER	112
#define INFO_OWNERCONF	160
#define INFO_RTMR0	208

static int fill_report(u8 *report)
{
	u8 mr[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN], *info = report + TDINFO;
	int rc, i;

	sim_mr_copy(mr);
	report[0] = 0x81;	/* TDX; subtype and version 0 */
	memcpy(info + INFO_MRTD, mr[TSM_SIM_MRTD], TSM_SIM_MR_LEN);
	memcpy(info + INFO_CONFIGID, mr[TSM_SIM_MRCONFIGID], TSM_SIM_MR_LEN);
	memcpy(info + INFO_OWNER, mr[TSM_SIM_MROWNER], TSM_SIM_MR_LEN);
	memcpy(info + INFO_OWNERCONF, mr[TSM_SIM_MROWNERCONFIG], TSM_SIM_MR_LEN);
	for (i = 0; i < 4; i++)
		memcpy(info + INFO_RTMR0 + TSM_SIM_MR_LEN * i,
		       mr[TSM_SIM_RTMR0 + i], TSM_SIM_MR_LEN);
	rc = sim_sha384(report + TCB_INFO, TCB_INFO_LEN, report + TCB_HASH);
	return rc ?: sim_sha384(info, TDINFO_LEN, report + INFO_HASH);
}

static long tdx_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct tdx_report_req __user *req = (void __user *)arg;
	u8 *report;
	int rc;

	if (cmd != TDX_CMD_GET_REPORT0)
		return -ENOTTY;
	report = kzalloc(TDX_REPORT_LEN, GFP_KERNEL);
	if (!report)
		return -ENOMEM;
	rc = -EFAULT;
	if (!copy_from_user(report + REPORTDATA, req->reportdata,
			    TDX_REPORTDATA_LEN)) {
		rc = fill_report(report);
		if (!rc && copy_to_user(req->tdreport, report, TDX_REPORT_LEN))
			rc = -EFAULT;
	}
	kfree(report);
	return rc;
}

static const struct file_operations tdx_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = tdx_ioctl,
};

const struct attribute_group *sim_tdx_groups[2];

/* The name is what makes the path of the registers right. */
struct miscdevice sim_tdx_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tdx_guest",
	.fops = &tdx_fops,
	.groups = sim_tdx_groups,
};
