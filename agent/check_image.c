/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postern check of an image that is being built: what a boot of it will miss. */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "check.h"
#include "command.h"
#include "config.h"
#include "limits.h"
#include "log.h"
#include "luks_suite.h"
#include "tree.h"

#define BINARY		"/usr/lib/postern/postern"
#define MODULES_MAX	(64 * 1024 * 1024)
#define STATUS_BAD	1

struct image {
	struct tree tree;
	struct config config;
	struct buf modules;		/* lists of them */
};

#define FIX_FILE	"have the hook or module of the initramfs bring it"
#define FIX_MODULE	"add_drivers+= of dracut.conf(5), or a line in " \
			"/etc/initramfs-tools/modules"

static void told(struct checks *c, int r, const char *topic, const char *good,
		 const char *fix)
{
	check_tell(c, r, STATUS_BAD, topic, good, fix);
}

/* FILE must be there; "" is none. */
static void check_file(struct checks *c, const struct image *i,
		       const char *topic, const char *file)
{
	cleanup_buf struct buf bytes = BUF(TREE_FILE_MAX);
	int r;

	if (!file[0])
		return;
	r = tree_read(&i->tree, file, &bytes);
	told(c, r < 0 ? fail(r, CODE_CONFIG, "'%s' is not in the image", file) :
	     0, topic, file, FIX_FILE);
}

/* A module's file is NAME with - or _, ".ko" and what it is compressed by. */
static bool has_module(const struct image *i, const char *name)
{
	const char *p = i->modules.data ? (const char *)i->modules.data : "";
	size_t len = strlen(name), k;

	for (; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, ":\n");
		const char *base = p + n;

		while (base > p && base[-1] != '/')
			base--;
		for (k = 0; k < len; k++)
			if ((base[k] == '-' ? '_' : base[k]) != name[k])
				break;
		if (k == len && strncmp(base + len, ".ko", 3) == 0)
			return true;
	}
	return false;
}

/* One of NAMES, since kernels differ; with _ for -. */
static void check_module(struct checks *c, const struct image *i,
			 const char *what, const char *const *names)
{
	char topic[64];
	size_t k;

	(void)snprintf(topic, sizeof(topic), "module %s", names[0]);
	for (k = 0; names[k]; k++)
		if (has_module(i, names[k])) {
			told(c, 0, topic, what, NULL);
			return;
		}
	told(c, fail(-ENOENT, CODE_CONFIG, "there is no kernel module for %s",
		     what), topic, "", FIX_MODULE);
}

#define NAMES(...)	((const char *const[]){ __VA_ARGS__, NULL })

static void check_tee_modules(struct checks *c, const struct image *i)
{
	static const struct {
		const char *tee, *driver;
	} drivers[] = {
		{ "tdx", "tdx_guest" }, { "snp", "sev_guest" },
		{ "cca", "arm_cca_guest" }, { "sev", "efi_secret" },
		{ "se", "uvdevice" }, { "csv", "csv_guest" },
	};
	const char *tee = i->config.agent.tee;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(drivers); k++) {
		if (strcmp(drivers[k].tee, tee) != 0)
			continue;
		check_module(c, i, "the TEE", NAMES(drivers[k].driver));
		/* The first three are providers of configfs-tsm. */
		if (k < 3)
			check_module(c, i, "its reports",
				     NAMES("tsm_report", "tsm"));
	}
}

static void check_volume_modules(struct checks *c, const struct image *i)
{
	bool crypt = false, tags = false, verity = false;
	size_t k;

	for (k = 0; k < i->config.volume_count; k++) {
		const struct config_volume *v = &i->config.volumes[k];

		verity |= v->type == VOLUME_VERITY;
		crypt |= v->type != VOLUME_VERITY;
		tags |= v->integrity != LUKS_INTEGRITY_NONE;
	}
	if (crypt)
		check_module(c, i, "encrypted volumes", NAMES("dm_crypt"));
	if (verity)
		check_module(c, i, "verity", NAMES("dm_verity"));
	if (tags)
		check_module(c, i, "integrity tags", NAMES("dm_integrity"));
}

static void check_tools(struct checks *c, const struct image *i)
{
	static const char *const tools[] = {
		[MKFS_EXT4] = "/usr/sbin/mkfs.ext4",
		[MKFS_XFS] = "/usr/sbin/mkfs.xfs",
		[MKFS_SWAP] = "",	/* postern makes it itself */
	};
	size_t k;

	for (k = 0; k < i->config.volume_count; k++)
		if (i->config.volumes[k].mkfs != MKFS_NONE)
			check_file(c, i, "mkfs",
				   tools[i->config.volumes[k].mkfs]);
}

static void check_tunnels(struct checks *c, const struct image *i)
{
	cleanup_buf struct buf group = BUF(TREE_FILE_MAX);
	bool up = false, networkd = false;
	size_t k;
	int r;

	for (k = 0; k < i->config.tunnel_count; k++) {
		const struct config_tunnel *t = &i->config.tunnels[k];

		up |= t->up;
		networkd |= t->kind == TUNNEL_WIREGUARD && !t->up &&
			    t->handover <= HANDOVER_NETWORKD &&
			    t->key_as == TUNNEL_KEY_FILE;
	}
	if (up)
		check_module(c, i, "up = yes", NAMES("wireguard"));
	if (!networkd)
		return;
	r = tree_read(&i->tree, "/etc/group", &group);
	if (r < 0 || !buf_cstr(&group) ||
	    !strstr(buf_cstr(&group), "systemd-network:"))
		r = fail(-ENOENT, CODE_CONFIG, "there is no group "
			 "'systemd-network', which handover = networkd needs");
	told(c, r, "group", "systemd-network", FIX_FILE);
}

static int load(struct image *i, const char *path)
{
	cleanup_buf struct buf text = BUF(CONFIG_FILE_MAX);
	struct reason why = { 0 };
	int r = tree_read(&i->tree, path, &text);

	if (r < 0)
		return fail(r, CODE_CONFIG, "'%s' is not in the image", path);
	if (!buf_cstr(&text))
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	r = config_parse(buf_cstr(&text), text.len, path, &i->config, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

static void check_content(struct checks *c, struct image *i,
			  const struct options *o)
{
	int r;

	check_file(c, i, "program", BINARY);
	r = load(i, o->config);
	check_tell(c, r, 2, "config", o->config, NULL);
	if (r < 0)
		return;
	check_file(c, i, "ca", i->config.kbs.ca_path);
	check_file(c, i, "client-cert", i->config.kbs.client_cert);
	check_file(c, i, "client-key", i->config.kbs.client_key);
	check_file(c, i, "init-data", i->config.kbs.init_data);
	r = tree_modules(&i->tree, &i->modules);
	if (r < 0 || !buf_cstr(&i->modules)) {
		told(c, fail(-ENOENT, CODE_CONFIG, "no list of kernel modules "
			     "can be read"), "modules", "", FIX_MODULE);
		return;
	}
	check_tee_modules(c, i);
	check_volume_modules(c, i);
	check_tools(c, i);
	check_tunnels(c, i);
}

void check_image(struct checks *c, const struct options *o)
{
	struct image *i = calloc(1, sizeof(*i));
	int r;

	if (!i) {
		told(c, fail(-ENOMEM, CODE_INTERNAL, "out of memory"), "image",
		     "", NULL);
		return;
	}
	i->tree = (struct tree)TREE;
	i->modules = (struct buf)BUF(MODULES_MAX);
	r = o->initramfs ? tree_open_initramfs(o->initramfs, &i->tree) :
	    tree_open_folder(o->root, &i->tree);
	told(c, r, "image", o->initramfs ? o->initramfs : o->root,
	     "name a folder, or an initramfs that this machine can unpack");
	if (r == 0)
		check_content(c, i, o);
	tree_close(&i->tree);
	buf_free(&i->modules);
	free(i);
}
