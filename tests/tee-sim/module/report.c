// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - the provider behind the kernel's own configfs-tsm
 *
 * Checks its input as the real drivers do and shows the attributes that they
 * show.
 */
#include "sim.h"

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tsm.h>
#include <linux/uuid.h>

/* 6.16 put "report" into every name; the header tells them apart. */
#ifdef TSM_REPORT_INBLOB_MAX
#define sim_ops_struct	tsm_report_ops
#define sim_desc_struct	tsm_report_desc
#define ops_register	tsm_report_register
#define ops_unregister	tsm_report_unregister
#else
#define sim_ops_struct	tsm_ops
#define sim_desc_struct	tsm_desc
#define ops_register	tsm_register
#define ops_unregister	tsm_unregister
#endif

static int copy_part(struct sim_job *j, size_t off, size_t len, u8 **out,
		     size_t *out_len)
{
	u8 *p;

	if (!len)
		return 0;
	p = kvmalloc(len, GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	memcpy(p, j->blob + off, len);
	*out = p;
	*out_len = len;
	return 0;
}

static int copy_parts(struct sim_job *j, struct tsm_report *r)
{
	size_t at = 0;
	int rc;

	rc = copy_part(j, at, j->rsp.out_len, &r->outblob, &r->outblob_len);
	if (rc)
		return rc;
	at += j->rsp.out_len;
	rc = copy_part(j, at, j->rsp.aux_len, &r->auxblob, &r->auxblob_len);
	if (rc)
		return rc;
	at += j->rsp.aux_len;
	return copy_part(j, at, j->rsp.man_len, &r->manifestblob,
			 &r->manifestblob_len);
}

static bool right_length(size_t len)
{
	return sim_tee == SIM_CCA ? len >= 32 && len <= 64 : len == 64;
}

static int report_new(struct tsm_report *report, void *priv)
{
	const struct sim_desc_struct *desc = &report->desc;
	struct sim_job *j;
	int rc;

	if (!right_length(desc->inblob_len))
		return -EINVAL;
	if (desc->service_provider &&
	    (sim_tee != SIM_SNP || strcmp(desc->service_provider, "svsm")))
		return -EINVAL;

	j = sim_job_new(TSM_SIM_KIND_REPORT, desc->inblob, desc->inblob_len,
			desc->privlevel);
	if (!j)
		return -ENOMEM;
	j->req.manifest_version = desc->service_manifest_version;
	export_guid(j->req.service_guid, &desc->service_guid);
	if (desc->service_provider) {
		strscpy(j->req.service_provider, desc->service_provider,
			sizeof(j->req.service_provider));
		/* the SVSM asks for its own */
		j->req.privlevel = 0;
	}

	/* A length of before must not outlive the part it belongs to. */
	report->outblob_len = 0;
	report->auxblob_len = 0;
	report->manifestblob_len = 0;
	rc = sim_job_run(j);
	if (!rc)
		rc = copy_parts(j, report);
	sim_job_free(j);
	return rc;
}

/* The service attributes; arm-cca-guest hides nothing at all. */
static bool shows_services(void)
{
	return (sim_tee == SIM_SNP && sim_svsm) || sim_tee == SIM_CCA;
}

static bool attr_visible(int n)
{
	switch (n) {
	case TSM_REPORT_GENERATION:
	case TSM_REPORT_PROVIDER:
		return true;
	case TSM_REPORT_PRIVLEVEL:
	case TSM_REPORT_PRIVLEVEL_FLOOR:
		return sim_tee != SIM_TDX;
	default:
		return shows_services();
	}
}

static bool bin_attr_visible(int n)
{
	switch (n) {
	case TSM_REPORT_INBLOB:
	case TSM_REPORT_OUTBLOB:
		return true;
	case TSM_REPORT_AUXBLOB:
		return sim_tee != SIM_TDX;
	default:
		return shows_services();
	}
}

static struct sim_ops_struct ops = {
	.report_new = report_new,
	.report_attr_visible = attr_visible,
	.report_bin_attr_visible = bin_attr_visible,
};

int sim_report_register(void)
{
	ops.name = sim_provider;
	ops.privlevel_floor = sim_floor_level;
	return ops_register(&ops, NULL);
}

void sim_report_unregister(void)
{
	ops_unregister(&ops);
}
