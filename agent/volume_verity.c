/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dm-verity with the root hash and every parameter from the configuration; the
 * superblock that veritysetup(8) writes before the hash tree is not read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cryptsetup.h"
#include "dm.h"
#include "encode.h"
#include "file.h"
#include "log.h"
#include "volume.h"

#define BLOCK_LEN	4096

/* Behind the block of the superblock (veritysetup(8), --hash-offset 0). */
#define HASH_OFFSET	BLOCK_LEN

static int read_verity(struct volume *v)
{
	const struct config_volume *c = v->config;
	int r;

	blockdev_close(&v->device);
	blockdev_close(&v->hash_device);
	r = blockdev_open(c->device, &v->device);
	if (r == 0)
		r = blockdev_open(c->hash_device, &v->hash_device);
	if (r < 0)
		return r;
	if (c->data_blocks > v->device.size / BLOCK_LEN)
		return fail(-EBADMSG, CODE_VERITY,
			    "'%s' is smaller than data-blocks", v->device.path);
	return 0;
}

/* There is nothing to believe on the disk: the root hash decides. */
static int check_verity(struct volume *v)
{
	(void)v;
	return 0;
}

static const char *hex(struct buf *b, const struct config_bytes *bytes)
{
	buf_hex(b, bytes->data, bytes->len);
	return bytes->len ? buf_cstr(b) : "-";
}

static int check_table(const struct volume *v)
{
	cleanup_buf struct buf root = BUF(256), salt = BUF(1024);
	struct dm_verity_expected e = {
		.data = v->device.number,
		.hash = v->hash_device.number,
		.data_blocks = v->config->data_blocks,
		.hash_block = HASH_OFFSET / BLOCK_LEN,
		.root_hash = hex(&root, &v->config->roothash),
		.salt = hex(&salt, &v->config->salt),
	};
	struct reason why = { 0 };
	struct dm_target target;
	int r = dm_table(v->config->name, &target);

	if (r < 0 || !e.root_hash || !e.salt)
		return fail(-EIO, CODE_TABLE, "cannot read the table of '%s'",
			    v->config->name);
	r = dm_check_verity(&target, &e, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

/*
 * The kernel checks blocks when they are read; one is read now, so that a wrong
 * root hash stops the boot here and not in the middle of the next system.
 */
static int probe_block(const struct volume *v)
{
	char path[sizeof("/dev/mapper/") + CONFIG_NAME_MAX];
	uint8_t block[BLOCK_LEN];
	cleanup_fd int fd = -1;

	(void)snprintf(path, sizeof(path), "/dev/mapper/%s", v->config->name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || file_read_at(fd, block, sizeof(block), 0) < 0)
		return fail(-EIO, CODE_VERITY,
			    "the first block of '%s' does not fit the root hash",
			    v->device.path);
	return 0;
}

static int open_verity(struct volume *v)
{
	struct cryptsetup_verity c = {
		.name = v->config->name,
		.data = v->device.path,
		.hash = v->hash_device.path,
		.root_hash = v->config->roothash.data,
		.root_hash_len = v->config->roothash.len,
		.salt = v->config->salt.data,
		.salt_len = v->config->salt.len,
		.data_blocks = v->config->data_blocks,
		.hash_offset = HASH_OFFSET,
	};
	int r = cryptsetup_open_verity(&c);

	if (r < 0)
		return r;
	v->opened = true;
	r = check_table(v);
	return r < 0 ? r : probe_block(v);
}

const struct volume_kind volume_verity = {
	.read = read_verity,
	.check = check_verity,
	.open = open_verity,
};
