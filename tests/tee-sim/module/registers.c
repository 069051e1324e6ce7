// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registers.c - measurement registers, and the files that show them
 *
 * From 6.16 on the files are made by the kernel's own tsm-mr; before that by
 * hand, so that an older kernel can run the same tests.
 */
#include "sim.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <crypto/hash.h>
#if __has_include(<linux/hex.h>)
#include <linux/hex.h>
#endif
#if __has_include(<linux/tsm-mr.h>)
#include <linux/tsm-mr.h>
#define HAVE_TSM_MR
#endif

static char *rtmr0, *rtmr1, *rtmr2, *rtmr3;
static char *mrtd, *mrconfigid, *mrowner, *mrownerconfig;
module_param(rtmr0, charp, 0444);
module_param(rtmr1, charp, 0444);
module_param(rtmr2, charp, 0444);
module_param(rtmr3, charp, 0444);
module_param(mrtd, charp, 0444);
module_param(mrconfigid, charp, 0444);
module_param(mrowner, charp, 0444);
module_param(mrownerconfig, charp, 0444);

static unsigned int mr_errno;
module_param(mr_errno, uint, 0644);
MODULE_PARM_DESC(mr_errno, "extending a register fails with this");

static bool mr_stuck;
module_param(mr_stuck, bool, 0644);
MODULE_PARM_DESC(mr_stuck, "extending a register succeeds, and changes nothing");

static u8 live[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN];
static DEFINE_MUTEX(live_lock);
static struct crypto_shash *hasher;

int sim_sha384(const u8 *data, unsigned int len, u8 out[48])
{
	return crypto_shash_tfm_digest(hasher, data, len, out);
}

void sim_mr_copy(u8 out[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN])
{
	mutex_lock(&live_lock);
	memcpy(out, live, sizeof(live));
	mutex_unlock(&live_lock);
}

static int extend(unsigned int index, const u8 *data)
{
	u8 both[2 * TSM_SIM_MR_LEN];
	int rc;

	if (mr_errno)
		return -(int)mr_errno;
	if (mr_stuck)
		return 0;
	mutex_lock(&live_lock);
	memcpy(both, live[index], TSM_SIM_MR_LEN);
	memcpy(both + TSM_SIM_MR_LEN, data, TSM_SIM_MR_LEN);
	rc = sim_sha384(both, sizeof(both), live[index]);
	mutex_unlock(&live_lock);
	return rc;
}

static int parse_values(void)
{
	const char *hex[TSM_SIM_MR_COUNT] = {
		rtmr0, rtmr1, rtmr2, rtmr3,
		mrtd, mrconfigid, mrowner, mrownerconfig,
	};
	int i;

	for (i = 0; i < TSM_SIM_MR_COUNT; i++) {
		if (!hex[i])
			continue;
		if (strlen(hex[i]) != 2 * TSM_SIM_MR_LEN ||
		    hex2bin(live[i], hex[i], TSM_SIM_MR_LEN))
			return -EINVAL;
	}
	return 0;
}

int sim_mr_init(void)
{
	int rc = parse_values();

	if (rc)
		return rc;
	hasher = crypto_alloc_shash("sha384", 0, 0);
	return PTR_ERR_OR_ZERO(hasher);
}

void sim_mr_exit(void)
{
	crypto_free_shash(hasher);
}

#ifdef HAVE_TSM_MR

static u8 cache[TSM_SIM_MR_COUNT][TSM_SIM_MR_LEN];

#define MR(i, name)	{ .mr_value = cache[i], TSM_MR_(name, SHA384)

static const struct tsm_measurement_register mrs[] = {
	MR(TSM_SIM_RTMR0, rtmr0) | TSM_MR_F_RTMR },
	MR(TSM_SIM_RTMR1, rtmr1) | TSM_MR_F_RTMR },
	MR(TSM_SIM_RTMR2, rtmr2) | TSM_MR_F_RTMR },
	MR(TSM_SIM_RTMR3, rtmr3) | TSM_MR_F_RTMR },
	MR(TSM_SIM_MRTD, mrtd) },
	MR(TSM_SIM_MRCONFIGID, mrconfigid) | TSM_MR_F_NOHASH },
	MR(TSM_SIM_MROWNER, mrowner) | TSM_MR_F_NOHASH },
	MR(TSM_SIM_MROWNERCONFIG, mrownerconfig) | TSM_MR_F_NOHASH },
};

static int mr_refresh(const struct tsm_measurements *tm)
{
	sim_mr_copy(cache);
	return 0;
}

static int mr_write(const struct tsm_measurements *tm,
		    const struct tsm_measurement_register *mr, const u8 *data)
{
	return extend(mr - tm->mrs, data);
}

static struct tsm_measurements measurements = {
	.mrs = mrs,
	.nr_mrs = ARRAY_SIZE(mrs),
	.refresh = mr_refresh,
	.write = mr_write,
};

const struct attribute_group *sim_mr_group(void)
{
	mr_refresh(&measurements);
	return tsm_mr_create_attribute_group(&measurements);
}

void sim_mr_group_free(const struct attribute_group *group)
{
	tsm_mr_free_attribute_group(group);
}

#else

static ssize_t mr_read(struct file *f, struct kobject *k,
		       struct bin_attribute *a, char *buf, loff_t off,
		       size_t count)
{
	mutex_lock(&live_lock);
	memcpy(buf, live[(long)a->private] + off, count);
	mutex_unlock(&live_lock);
	return count;
}

static ssize_t mr_write(struct file *f, struct kobject *k,
			struct bin_attribute *a, char *buf, loff_t off,
			size_t count)
{
	int rc;

	if (off || count != TSM_SIM_MR_LEN)
		return -EINVAL;
	rc = extend((long)a->private, buf);
	return rc ?: count;
}

#define MR(i, n, m, w)	{ .attr = { .name = n, .mode = m },	\
			  .size = TSM_SIM_MR_LEN,		\
			  .private = (void *)(long)(i),		\
			  .read = mr_read, .write = w }

static struct bin_attribute attrs[] = {
	MR(TSM_SIM_RTMR0, "rtmr0:sha384", 0644, mr_write),
	MR(TSM_SIM_RTMR1, "rtmr1:sha384", 0644, mr_write),
	MR(TSM_SIM_RTMR2, "rtmr2:sha384", 0644, mr_write),
	MR(TSM_SIM_RTMR3, "rtmr3:sha384", 0644, mr_write),
	MR(TSM_SIM_MRTD, "mrtd:sha384", 0444, NULL),
	MR(TSM_SIM_MRCONFIGID, "mrconfigid", 0444, NULL),
	MR(TSM_SIM_MROWNER, "mrowner", 0444, NULL),
	MR(TSM_SIM_MROWNERCONFIG, "mrownerconfig", 0444, NULL),
};

static struct bin_attribute *attr_list[ARRAY_SIZE(attrs) + 1];

static const struct attribute_group group_by_hand = {
	.name = "measurements",
	.bin_attrs = attr_list,
};

const struct attribute_group *sim_mr_group(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		sysfs_bin_attr_init(&attrs[i]);
		attr_list[i] = &attrs[i];
	}
	return &group_by_hand;
}

void sim_mr_group_free(const struct attribute_group *group)
{
}

#endif
