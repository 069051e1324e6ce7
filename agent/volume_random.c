/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Swap and scratch: dm-crypt over the whole device with a key that this boot
 * makes and nobody keeps.  Nothing on the disk is read but to see that it is
 * nobody's; nothing is written but through the mapping.
 */
#include <stdio.h>
#include <string.h>

#include "cryptsetup.h"
#include "dm.h"
#include "file.h"
#include "log.h"
#include "mkfs.h"
#include "provision.h"
#include "signature.h"
#include "volume.h"

/* dm-crypt needs a sector; a swap area or a file system needs some more. */
#define SIZE_MIN	(1024 * 1024)

static int read_random(struct volume *v)
{
	blockdev_close(&v->device);
	return blockdev_open(v->config->device, &v->device);
}

static int refuse_used(const struct volume *v)
{
	static uint8_t head[SIGNATURE_HEAD_LEN], tail[SIGNATURE_TAIL_LEN];
	const struct blockdev *d = &v->device;
	const char *what;
	int r;

	r = file_read_at(d->fd, head, sizeof(head), 0);
	if (r == 0)
		r = file_read_at(d->fd, tail, sizeof(tail),
				 d->size - sizeof(tail));
	if (r < 0)
		return fail(-EIO, CODE_DISK_MISSING, "cannot read '%s': %s",
			    d->path, strerror(-r));
	what = signature_find(head, sizeof(head), tail, sizeof(tail));
	return what ? fail(-EEXIST, CODE_PROVISION, "'%s' holds %s, and "
			   "key = random would destroy it: it is not touched; "
			   "wipefs(8) removes it", d->path, what) : 0;
}

static int check_random(struct volume *v)
{
	int r;

	if (v->device.size < SIZE_MIN)
		return fail(-EINVAL, CODE_PROVISION, "'%s' is too small",
			    v->device.path);
	r = refuse_used(v);
	if (r == 0)
		r = mkfs_check(v->config->mkfs);
	/* No header but the one that we make in memory is ever believed. */
	v->header_authenticated = r == 0;
	return r;
}

static int check_table(const struct volume *v,
		       const struct cryptsetup_random *c)
{
	struct dm_crypt_expected e = {
		.cipher = CRYPTSETUP_RANDOM_CIPHER,
		.key_len = CRYPTSETUP_RANDOM_KEY_LEN,
		.uuid = c->uuid,
		.device = v->device.number,
		.size = v->device.size,
		.sector_size = c->sector_size,
	};
	struct reason why = { 0 };
	struct dm_target target;
	int r = blockdev_unchanged(&v->device);

	if (r < 0)
		return r;
	if (dm_table(c->name, &target) < 0)
		return fail(-EIO, CODE_TABLE, "cannot read the table of '%s'",
			    c->name);
	r = dm_check_crypt(&target, &e, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

static int make_file_system(const struct volume *v)
{
	char path[sizeof("/dev/mapper/") + CONFIG_NAME_MAX];

	if (v->config->mkfs == MKFS_NONE)
		return 0;
	(void)snprintf(path, sizeof(path), "/dev/mapper/%s", v->config->name);
	return mkfs_run(v->config->mkfs, path);
}

static int open_random(struct volume *v)
{
	struct cryptsetup_random c = {
		.name = v->config->name,
		.device = v->device.path,
		.sector_size = (uint32_t)v->config->sector_size ?: 512,
	};
	cleanup_fd int fd = -1;
	int r;

	/* Not mounted and in no other mapping, and still the one looked at. */
	r = provision_open(&v->device, true, &fd);
	close_fd(&fd);
	if (r == 0)
		r = cryptsetup_open_random(&c);
	if (r < 0)
		return r;
	v->opened = true;
	r = check_table(v, &c);
	return r < 0 ? r : make_file_system(v);
}

const struct volume_kind volume_random = {
	.read = read_random,
	.check = check_random,
	.open = open_random,
};
