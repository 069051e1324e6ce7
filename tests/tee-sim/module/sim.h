/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim.h - what the parts of the simulator module share
 */
#ifndef SIM_H
#define SIM_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/sysfs.h>
#include <linux/types.h>

#include "tsm_sim.h"

enum sim_tee { SIM_TDX, SIM_SNP, SIM_CCA, SIM_CSV, SIM_SE, SIM_OTHER };

/* main.c: what the module parameters say */
extern enum sim_tee sim_tee;
extern char *sim_provider;
extern bool sim_svsm;
extern bool sim_csv3;
extern unsigned int sim_floor_level;
extern unsigned int sim_timeout_ms;

/* jobs.c: requests on their way to the signer */
struct sim_job {
	struct list_head node;
	struct tsm_sim_req req;
	struct tsm_sim_rsp rsp;
	u8 *blob;		/* out, aux and manifest one after the other */
	bool taken;
	struct completion done;
};

extern struct miscdevice sim_signer_dev;

struct sim_job *sim_job_new(u32 kind, const void *data, size_t len, u32 level);
void sim_job_free(struct sim_job *j);

/* 0 when the signer has answered; else -EIO, -EINTR, -ETIMEDOUT or what it said. */
int sim_job_run(struct sim_job *j);

/* report.c: below /sys/kernel/config/tsm/report */
int sim_report_register(void);
void sim_report_unregister(void);

/* registers.c */
int sim_mr_init(void);
void sim_mr_exit(void);
void sim_mr_copy(u8 out[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN]);
int sim_sha384(const u8 *data, unsigned int len, u8 out[48]);

/* The group "measurements"; it stays this module's. */
const struct attribute_group *sim_mr_group(void);
void sim_mr_group_free(const struct attribute_group *group);

/* tdx.c, snp.c, csv.c, uv.c */
extern struct miscdevice sim_tdx_dev;
extern struct miscdevice sim_snp_dev;
extern struct miscdevice sim_csv_dev;
extern struct miscdevice sim_uv_dev;
extern const struct attribute_group *sim_tdx_groups[2];

#endif /* SIM_H */
