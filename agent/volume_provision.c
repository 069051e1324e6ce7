/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A LUKS2 volume that this boot makes, because the KBS says so (provision.h). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cryptsetup.h"
#include "file.h"
#include "log.h"
#include "mkfs.h"
#include "provision.h"
#include "volume.h"

/* Of the mapping: file systems have their own within the first of them. */
#define MAPPING_HEAD_LEN	(1024 * 1024)

/* The magic of the first copy; what follows it decides the check. */
static bool holds_luks(const struct volume *v)
{
	static const uint8_t magic[6] = { 'L', 'U', 'K', 'S', 0xba, 0xbe };

	return memcmp(v->area.data, magic, sizeof(magic)) == 0;
}

static int make_image(struct volume *v)
{
	const struct descriptor *d = &v->descriptor;
	const struct cryptsetup_new n = {
		.uuid = d->uuid, .suite = d->suite,
		.sector_size = d->sector_size, .device = v->device.path,
		.passphrase = &d->key,
	};
	int r;

	v->image = calloc(1, sizeof(*v->image));
	if (!v->image)
		return fail(-ENOMEM, CODE_INTERNAL, "out of memory");
	r = luks_image_make(&n, v->device.size, v->image);
	if (r < 0)
		return r;
	/* The kernel wrote the superblock behind what it remembers of the disk. */
	(void)posix_fadvise(v->device.fd, 0, 0, POSIX_FADV_DONTNEED);
	buf_reset(&v->area);
	buf_add(&v->area, v->image->area, sizeof(v->image->area));
	r = buf_error(&v->area);
	return r < 0 ? fail(r, CODE_INTERNAL, "out of memory") : 0;
}

int volume_plan(struct volume *v)
{
	const struct descriptor *d = &v->descriptor;
	enum provision_state state;
	int r;

	if (v->config->provision == PROVISION_NO)
		return fail(-EPERM, CODE_PROVISION, "the descriptor says that "
			    "'%s' is to be made, but 'provision' does not permit "
			    "it", v->config->name);
	if (holds_luks(v))
		return 0;
	r = provision_state(&v->device, d->uuid, &d->key, &state);
	if (r < 0)
		return r;
	if (state == DEVICE_USED)
		return fail(-EEXIST, CODE_PROVISION, "'%s' is not blank, and not "
			    "a volume that an earlier boot began to make: it is "
			    "not touched", v->device.path);
	r = luks_image_check_size(v->device.size, d->sector_size);
	if (r == 0)
		r = mkfs_check(v->config->mkfs);
	if (r < 0)
		return r;
	log_info("'%s': %s on '%s'", v->config->name,
		 state == DEVICE_BLANK ? "to be made" :
		 "an earlier boot was interrupted; to be made anew",
		 v->device.path);
	if (d->suite->tag_len)
		r = volume_make_begin(v);
	return r < 0 ? r : make_image(v);
}

int volume_make_begin(struct volume *v)
{
	cleanup_fd int fd = -1;
	int r = provision_open(&v->device, true, &fd);

	if (r == 0)
		r = provision_mark(fd, v->descriptor.uuid,
				   &v->descriptor.key);
	if (r == 0)
		log_debug("provision: marked");
	return r;
}

static bool is_full_wipe(const struct volume *v)
{
	return v->config->wipe == WIPE_FULL ||
	       (v->config->wipe == WIPE_AUTO && v->header.suite->tag_len);
}

static int fill(struct volume *v, const char *path)
{
	struct blockdev mapping = BLOCKDEV_NONE;
	cleanup_fd int fd = -1;
	int r = blockdev_open_path(path, &mapping);

	if (r == 0)
		r = provision_open(&mapping, true, &fd);
	if (r == 0)
		r = is_full_wipe(v) ? provision_fill(fd, mapping.size) :
			provision_wipe(fd, MAPPING_HEAD_LEN, mapping.size);
	blockdev_close(&mapping);
	close_fd(&fd);
	if (r < 0)
		return r;
	log_debug("provision: wiped");
	return v->config->mkfs == MKFS_NONE ? 0 :
		mkfs_run(v->config->mkfs, path);
}

/* What mkfs may have left in the kernel reaches the medium. */
static int flush(const char *path)
{
	cleanup_fd int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? neg_errno() : file_sync(fd);

	return r < 0 ? fail(-EIO, CODE_PROVISION, "cannot flush '%s': %s", path,
			    strerror(-r)) : 0;
}

int volume_make_end(struct volume *v)
{
	char path[sizeof("/dev/mapper/") + CONFIG_NAME_MAX];
	cleanup_fd int fd = -1;
	int r;

	(void)snprintf(path, sizeof(path), "/dev/mapper/%s", v->config->name);
	r = fill(v, path);
	if (r == 0)
		r = flush(path);
	if (r == 0)
		r = provision_open(&v->device, false, &fd);
	if (r < 0)
		return r;
	log_debug("provision: filled");
	r = luks_image_write(v->image, fd);
	if (r == 0)
		log_info("'%s' made: UUID %s; its descriptor belongs into the "
			 "KBS", v->device.path, v->header.uuid);
	return r;
}
