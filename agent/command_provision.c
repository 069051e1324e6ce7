/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postern provision: a volume that the profile accepts.  Its descriptor is
 * delivered before the header is written: a volume without one would be lost.
 */
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "command.h"
#include "log.h"
#include "provision.h"

#define DEFAULT_SECTOR_SIZE	512

static bool check_options(const struct options *o)
{
	const char *what = NULL;

	if (o->integrity && strcmp(o->integrity, "none") != 0)
		what = "--integrity has a value that this version cannot obey yet";
	else if (o->key && o->key_file)
		what = "--key and --key-file are two keys";
	else if (o->uuid && !luks_is_uuid(o->uuid))
		what = "--uuid is not a UUID in lower case";
	if (what)
		fprintf(stderr, "postern: %s: %s\n", o->command, what);
	return !what && command_check_target(o);
}

static int new_key(struct secret *ret)
{
	int r = secret_alloc(ret, DESCRIPTOR_NEW_KEY_MIN);

	if (r < 0)
		return fail(r, CODE_INTERNAL, "out of memory");
	r = random_bytes(ret->data, ret->len);
	return r < 0 ? fail(r, CODE_ENTROPY, "cannot make a key") : 0;
}

/* The key, and with --key what the KBS says of the volume to be made. */
static int choose(struct boot *b, const struct options *o, struct descriptor *d)
{
	int r = command_read_key(b, o, d);

	if (r == 0 && !d->key.data)
		r = new_key(&d->key);
	if (r < 0)
		return r;
	if (d->full)
		return fail(-EEXIST, CODE_RESOURCE, "'%.100s' is of a volume that "
			    "is made already", o->key);
	if (d->key.len < DESCRIPTOR_NEW_KEY_MIN)
		return fail(-EINVAL, CODE_RESOURCE, "the key has less than %d "
			    "bytes: it is no random one", DESCRIPTOR_NEW_KEY_MIN);
	if (o->uuid)
		memcpy(d->uuid, o->uuid, sizeof(d->uuid));
	if (o->sector_size)
		d->sector_size = (unsigned)o->sector_size;
	if (!d->sector_size)
		d->sector_size = DEFAULT_SECTOR_SIZE;
	return 0;
}

static int make(struct boot *b, const struct options *o, struct descriptor *d,
		const struct blockdev *device, int fd)
{
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	cleanup_secret struct secret text = { 0 };
	enum provision_state state;
	struct digest mac;
	int r;

	r = provision_state(device, NULL, NULL, &state);
	if (r < 0)
		return r;
	if (state != DEVICE_BLANK && !o->overwrite)
		return fail(-EEXIST, CODE_PROVISION, "'%s' is not blank; with "
			    "--overwrite, what it holds is lost", device->path);
	r = luks_image_make(d->uuid[0] ? d->uuid : NULL, d->sector_size,
			    device->size, &d->key, &image);
	if (r < 0)
		return r;
	d->generation = image.header.seqid;
	d->device_size = device->size;
	r = luks_header_mac(&image.header, image.area, image.slot,
			    image.header.area_size, d->generation, &d->key,
			    &mac);
	if (r < 0)
		return fail(r, CODE_INTERNAL, "cannot make the header's MAC");
	memcpy(d->header_mac, mac.bytes, sizeof(d->header_mac));
	r = command_deliver(b, o, d, &image.header, &text);
	if (r == 0 && state != DEVICE_BLANK)
		r = provision_wipe(fd, PROVISION_HEAD_LEN, device->size);
	if (r == 0)
		r = luks_image_write(&image, fd);
	if (r == 0)
		log_info("'%s' made: UUID %s", device->path, image.header.uuid);
	return r;
}

static int run(struct boot *b, const struct options *o)
{
	cleanup_blockdev struct blockdev device = BLOCKDEV_NONE;
	struct descriptor d = { 0 };
	cleanup_fd int fd = -1;
	int r = blockdev_open_path(o->argument, &device);

	if (r == 0)
		r = provision_open(&device, true, &fd);
	if (r == 0)
		r = choose(b, o, &d);
	if (r == 0)
		r = make(b, o, &d, &device, fd);
	secret_free(&d.key);
	return r;
}

int command_provision(const struct options *o)
{
	struct boot *b;
	int r;

	if (!check_options(o))
		return 2;
	b = command_start(o, o->key || o->resource, &r);
	if (r == 0)
		r = run(b, o);
	return command_finish(b, r);
}
