// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - tsm_sim pretends to be the source of evidence of a TEE
 *
 * FOR TESTS ONLY.  It registers with the kernel's own configfs-tsm, under any
 * provider's name, so that what an agent sees below
 * /sys/kernel/config/tsm/report is the real core's behaviour.  Only the
 * hardware is replaced, by a signer in user space behind /dev/tsm_sim.
 *
 *	tee=tdx	also /dev/tdx_guest (TDX_CMD_GET_REPORT0) and
 *		/sys/devices/virtual/misc/tdx_guest/measurements/
 *	tee=snp	also /dev/sev-guest (the three SNP_GET_* requests)
 *	tee=cca	configfs only
 *	tee=csv	only /dev/csv-guest (reports and, of CSV3, registers)
 *	tee=se	only /dev/uv (attestation)
 *
 * One source for Linux 6.7 to 7.3.
 */
#include "sim.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>

enum sim_tee sim_tee;

static char *tee = "tdx";
module_param(tee, charp, 0444);
MODULE_PARM_DESC(tee, "tdx | snp | cca | csv | se | other: which devices and attributes appear");

char *sim_provider;
module_param_named(provider, sim_provider, charp, 0444);
MODULE_PARM_DESC(provider, "name of the provider; default: that of the real driver");

unsigned int sim_timeout_ms = 30000;
module_param_named(timeout_ms, sim_timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "how long a request waits for the signer");

unsigned int sim_floor_level;
module_param_named(floor_level, sim_floor_level, uint, 0444);
MODULE_PARM_DESC(floor_level, "lowest privilege level that is accepted (snp, cca)");

bool sim_svsm;
module_param_named(svsm, sim_svsm, bool, 0444);
MODULE_PARM_DESC(svsm, "show the service attributes and manifestblob (snp)");

bool sim_csv3;
module_param_named(csv3, sim_csv3, bool, 0444);
MODULE_PARM_DESC(csv3, "there are registers (csv)");

static bool mr_sysfs = true;
module_param(mr_sysfs, bool, 0444);
MODULE_PARM_DESC(mr_sysfs, "show the registers (tdx); 0: as before 6.16");

static bool configfs = true;
module_param(configfs, bool, 0444);
MODULE_PARM_DESC(configfs, "be a provider; 0: the devices alone, as before 6.7");

static const struct sim_kind {
	const char *name;
	char *provider;
	const char *platform;	/* the device that the architecture makes */
	struct miscdevice *misc;
} kinds[] = {
	[SIM_TDX] = { "tdx", "tdx_guest", NULL, &sim_tdx_dev },
	[SIM_SNP] = { "snp", "sev_guest", "sev-guest", &sim_snp_dev },
	[SIM_CCA] = { "cca", "arm_cca_guest", "arm-cca-dev", NULL },
	[SIM_CSV] = { "csv", NULL, NULL, &sim_csv_dev },
	[SIM_SE] = { "se", NULL, NULL, &sim_uv_dev },
	[SIM_OTHER] = { "other", "sim_guest", NULL, NULL },
};

static struct platform_device *platform;
static bool misc_there, report_there;

static void tear_down(void)
{
	if (report_there)
		sim_report_unregister();
	platform_device_unregister(platform);
	if (misc_there)
		misc_deregister(kinds[sim_tee].misc);
	if (sim_tdx_groups[0])
		sim_mr_group_free(sim_tdx_groups[0]);
	misc_deregister(&sim_signer_dev);
	sim_mr_exit();
}

static int make_groups(void)
{
	const struct attribute_group *group;

	if (sim_tee != SIM_TDX || !mr_sysfs)
		return 0;
	group = sim_mr_group();
	if (IS_ERR(group))
		return PTR_ERR(group);
	sim_tdx_groups[0] = group;
	return 0;
}

static int make_devices(const struct sim_kind *kind)
{
	int rc = make_groups();

	if (rc)
		return rc;
	if (kind->misc) {
		rc = misc_register(kind->misc);
		if (rc)
			return rc;
		misc_there = true;
	}
	if (kind->platform) {
		struct platform_device *p = platform_device_register_simple(
			kind->platform, PLATFORM_DEVID_NONE, NULL, 0);

		if (IS_ERR(p))
			return PTR_ERR(p);
		platform = p;
	}
	if (!configfs || !sim_provider)
		return 0;
	rc = sim_report_register();
	report_there = !rc;
	return rc;
}

static int __init tsm_sim_init(void)
{
	int rc;

	while (sim_tee < SIM_OTHER && strcmp(tee, kinds[sim_tee].name))
		sim_tee++;
	if (!sim_provider)
		sim_provider = kinds[sim_tee].provider;
	rc = sim_mr_init();
	if (rc)
		return rc;
	rc = misc_register(&sim_signer_dev);
	if (rc) {
		sim_mr_exit();
		return rc;
	}
	rc = make_devices(&kinds[sim_tee]);
	if (rc) {
		tear_down();
		return rc;
	}
	pr_warn("TEST ONLY: simulating '%s', provider '%s'\n", tee,
		sim_provider ?: "none");
	return 0;
}

static void __exit tsm_sim_exit(void)
{
	tear_down();
}

module_init(tsm_sim_init);
module_exit(tsm_sim_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Simulated source of TEE evidence, for tests only");
