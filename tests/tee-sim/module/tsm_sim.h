/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsm_sim.h - what the simulator module and its signer say to each other
 *
 * The signer opens /dev/tsm_sim (exclusively), reads one struct tsm_sim_req
 * for each request, and answers with one write of a struct tsm_sim_rsp followed
 * by out_len + aux_len + man_len bytes.  Everything is in host byte order: both
 * ends run on the same machine.
 */
#ifndef TSM_SIM_H
#define TSM_SIM_H

#include <linux/types.h>

#define TSM_SIM_REQ_MAGIC	0x514d5354u	/* "TSMQ" */
#define TSM_SIM_RSP_MAGIC	0x524d5354u	/* "TSMR" */
#define TSM_SIM_BLOB_MAX	(1u << 20)

#define TSM_SIM_KIND_REPORT	1	/* data[]: the caller's report data */
#define TSM_SIM_KIND_DERIVE	2	/* data[]: struct snp_derived_key_req */
#define TSM_SIM_KIND_RTMR	3	/* data[]: struct tsm_sim_rtmr (csv) */

/* Order of the registers in mr[]; the first four can be extended. */
enum {
	TSM_SIM_RTMR0,
	TSM_SIM_RTMR1,
	TSM_SIM_RTMR2,
	TSM_SIM_RTMR3,
	TSM_SIM_MRTD,
	TSM_SIM_MRCONFIGID,
	TSM_SIM_MROWNER,
	TSM_SIM_MROWNERCONFIG,
	TSM_SIM_MR_COUNT
};

#define TSM_SIM_MR_LEN		48

/* The registers of CSV are the signer's, since Debian's kernels have no SM3. */
struct tsm_sim_rtmr {
	__u8 extend;		/* 0: the answer is the register's 32 bytes */
	__u8 index;
	__u8 digest[32];
};

struct tsm_sim_req {
	__u32 magic;
	__u32 id;
	__u32 kind;
	__u32 privlevel;
	__u32 data_len;
	__u32 manifest_version;
	__u8 data[64];
	__u8 nonce[16];		/* of a report (csv) */
	__u8 service_guid[16];
	char service_provider[16];
	char provider[32];
	__u8 mr[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN];
};

struct tsm_sim_rsp {
	__u32 magic;
	__u32 id;
	__u32 error;		/* 0, or a positive errno for the caller */
	__u32 fw_error;		/* these two for the sev-guest ioctls only */
	__u32 vmm_error;
	__u32 out_len;
	__u32 aux_len;
	__u32 man_len;
};

#endif /* TSM_SIM_H */
