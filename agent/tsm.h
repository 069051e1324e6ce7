/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsm.h - reports of the TEE by the kernel's configfs-tsm
 *
 * One interface for SNP, TDX and CCA: a directory of one's own, into which the
 * report data are written and from which the report is read.  Each report gets
 * a fresh directory of random name, and the kernel's count of the writes to it
 * tells whether somebody else has written there too (tee-abi.md 1.3).  Loading
 * the modules is the initramfs's affair; mounting configfs is ours.
 */
#ifndef TSM_H
#define TSM_H

#include "buf.h"
#include "limits.h"

#define TSM_ROOT	"/sys/kernel/config/tsm/report"
#define TSM_DATA_LEN	64
#define TSM_OPTIONS_MAX	8

/* An attribute to be written before the report data, e.g. "service_guid". */
struct tsm_option {
	const char *name, *value;
};

struct tsm_request {
	const char *root;	/* NULL: TSM_ROOT */
	const char *provider;	/* "tdx_guest": it must be this one */
	uint8_t data[TSM_DATA_LEN];
	struct tsm_option options[TSM_OPTIONS_MAX];	/* name NULL: the end */
};

struct tsm_report {
	struct buf out;		/* never empty */
	struct buf aux;		/* of certificates; empty when there are none */
	struct buf manifest;	/* of services, when there are options */
};

#define TSM_REPORT { \
	.out = BUF(TSM_BLOB_MAX), \
	.aux = BUF(TSM_BLOB_MAX), \
	.manifest = BUF(TSM_BLOB_MAX), \
}
#define cleanup_tsm	cleanup(tsm_free)

void tsm_free(struct tsm_report *t);

/*
 * A report of the data in Q, of our own privilege level where there are such,
 * into RET, which must be empty.  It can take half a minute.  -ENODEV when the
 * kernel has no such provider, -ENOENT when that does not know an option, -EINVAL
 * when it refuses the request, -EAGAIN when the TEE is busy or failed in a way
 * that may pass; all else is final.  The reason is
 * kept, with TEE_MISMATCH for another provider and otherwise NO_TEE.  What the
 * report says is for the caller to check.
 */
int tsm_report(const struct tsm_request *q, struct tsm_report *ret) must_check;

#endif /* TSM_H */
