/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postern provision: a volume that the profile accepts.  Its descriptor is
 * delivered before the header is written: a volume without one would be lost.
 */
#include <stdio.h>
#include <string.h>
#include <uuid/uuid.h>

#include "aead.h"
#include "boot.h"
#include "command.h"
#include "cryptsetup.h"
#include "log.h"
#include "provision.h"

#define DEFAULT_SECTOR_SIZE	512

static bool check_options(const struct options *o)
{
	enum luks_integrity integrity;
	const char *what = NULL;

	if (o->integrity && !luks_integrity_find(o->integrity, &integrity))
		what = "--integrity is none, hmac-sha256 or aead";
	else if (o->wipe && strcmp(o->wipe, "full") != 0 &&
		 strcmp(o->wipe, "quick") != 0)
		what = "--wipe is full or quick";
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

/* That of the descriptor when it fits, or the faster one. */
static const struct luks_suite *choose_suite(const struct options *o,
					     const struct luks_suite *known)
{
	enum luks_integrity integrity = LUKS_INTEGRITY_NONE;

	if (o->integrity && !luks_integrity_find(o->integrity, &integrity))
		return NULL;
	if (known && (!o->integrity || known->integrity == integrity))
		return known;
	if (integrity == LUKS_INTEGRITY_AEAD)
		return aead_fastest();
	return luks_suite_named("aes-xts-plain64", integrity);
}

/* The key, and with --key what the KBS says of the volume to be made. */
static int choose(struct boot *b, const struct options *o, struct descriptor *d)
{
	uuid_t uuid;
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
	if (!d->uuid[0]) {
		uuid_generate(uuid);
		uuid_unparse(uuid, d->uuid);
	}
	if (o->sector_size)
		d->sector_size = (unsigned)o->sector_size;
	if (!d->sector_size)
		d->sector_size = DEFAULT_SECTOR_SIZE;
	d->suite = choose_suite(o, d->suite);
	assert(d->suite);
	return 0;
}

/* Without a mapping, so that an image file will do. */
static int make_header(struct boot *b, const struct options *o,
		       struct descriptor *d, const struct blockdev *device,
		       int fd)
{
	const struct cryptsetup_new n = {
		.uuid = d->uuid, .suite = d->suite,
		.sector_size = d->sector_size, .passphrase = &d->key,
	};
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	cleanup_secret struct secret text = { 0 };
	struct digest mac;
	int r;

	r = luks_image_make(&n, device->size, &image);
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
	if (r == 0 && o->overwrite)
		r = provision_wipe(fd, PROVISION_HEAD_LEN, device->size);
	if (r == 0)
		r = luks_image_write(&image, fd);
	if (r == 0)
		log_info("'%s' made: UUID %s", device->path, image.header.uuid);
	return r;
}

static int blank(const struct blockdev *device)
{
	cleanup_fd int fd = -1;
	int r = provision_open(device, true, &fd);

	return r < 0 ? r : provision_wipe(fd, PROVISION_HEAD_LEN, device->size);
}

/* What a boot would do, with the delivery between header and mapping. */
static int make_volume(struct boot *b, const struct options *o, struct volume *v)
{
	cleanup_secret struct secret text = { 0 };
	int r = volume_examine(v, o->argument);

	if (r == 0 && !v->image)
		r = fail(-EEXIST, CODE_PROVISION, "'%s' is not blank by now",
			 o->argument);
	if (r == 0)
		r = command_deliver(b, o, &v->descriptor, &v->header, &text);
	return r < 0 ? r : volume_open(v);
}

/* Through a mapping, which goes away again; so does what a failure or a signal
 * leaves. */
static int make_filled(struct boot *b, const struct options *o,
		       struct descriptor *d, const struct blockdev *device)
{
	bool quick = o->wipe && strcmp(o->wipe, "quick") == 0;
	struct config_volume config = {
		.integrity = d->suite->integrity, .sector_size = d->sector_size,
		.provision = PROVISION_IF_PERMITTED,
		.wipe = quick ? WIPE_QUICK : WIPE_FULL,
	};
	struct reason first;
	struct volume v;
	int r = o->overwrite ? blank(device) : 0;

	if (r < 0)
		return r;
	(void)snprintf(config.name, sizeof(config.name), "postern-new-%d",
		       (int)getpid());
	volume_init(&v, &config);
	v.descriptor = *d;
	v.descriptor.provision = true;
	d->key = (struct secret){ 0 };
	provision_catch_signals();
	r = make_volume(b, o, &v);
	first = *failure();
	if (volume_close(&v) < 0 && r == 0)
		r = fail(-EBUSY, CODE_PROVISION, "'%s' is made, but its mapping "
			 "'%s' stays", device->path, config.name);
	else if (r < 0 && v.image && blank(device) == 0)
		log_info("'%s' is blank again", device->path);
	volume_free(&v);
	return r < 0 && first.code ? fail_reason(r, &first) : r;
}

static int make(struct boot *b, const struct options *o, struct descriptor *d,
		const struct blockdev *device)
{
	enum provision_state state;
	cleanup_fd int fd = -1;
	int r;

	r = provision_open(device, true, &fd);
	if (r == 0)
		r = provision_state(device, NULL, NULL, &state);
	if (r < 0)
		return r;
	if (state != DEVICE_BLANK && !o->overwrite)
		return fail(-EEXIST, CODE_PROVISION, "'%s' is not blank; with "
			    "--overwrite, what it holds is lost", device->path);
	if (!d->suite->tag_len && !o->wipe)
		return make_header(b, o, d, device, fd);
	if (!device->number)
		return fail(-ENOTBLK, CODE_PROVISION, "'%s' is a file, and what "
			    "is filled has to be a device", device->path);
	/* The mapping needs the device for itself. */
	close_fd(&fd);
	return make_filled(b, o, d, device);
}

static int run(struct boot *b, const struct options *o)
{
	cleanup_blockdev struct blockdev device = BLOCKDEV_NONE;
	struct descriptor d = { 0 };
	int r = blockdev_open_path(o->argument, &device);

	if (r == 0)
		r = choose(b, o, &d);
	if (r == 0)
		r = make(b, o, &d, &device);
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
