/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "dm.h"
#include "log.h"
#include "volume.h"

/* A disk may be found by the kernel long after we have started. */
#define DEVICE_LIMIT_MS		60000
#define NOFAIL_LIMIT_MS		5000
#define DEVICE_WAIT_MS		200

/* A scan by udev may hold a mapping for a moment. */
#define CLOSE_TRIES		25

static const struct volume_kind *const kinds[] = {
	[VOLUME_LUKS2] = &volume_luks2,
	[VOLUME_VERITY] = &volume_verity,
	[VOLUME_RANDOM] = &volume_random,
};

static const struct volume_kind *kind(const struct volume *v)
{
	assert(v->config->type < ARRAY_SIZE(kinds));
	return kinds[v->config->type];
}

void volume_init(struct volume *v, const struct config_volume *config)
{
	*v = (struct volume){
		.config = config, .device = BLOCKDEV_NONE,
		.hash_device = BLOCKDEV_NONE, .copy = -1,
		.area = BUF(LUKS_AREA_LEN + 1),
		.until_ms = clock_ms() + (config->nofail ? NOFAIL_LIMIT_MS :
					  DEVICE_LIMIT_MS),
	};
}

int volume_read(struct volume *v)
{
	int r;

	while ((r = kind(v)->read(v)) == -ENODEV || r == -ENOENT) {
		if (clock_ms() >= v->until_ms)
			break;
		clock_pause(DEVICE_WAIT_MS);
	}
	return r;
}

int volume_check(struct volume *v)
{
	return kind(v)->check(v);
}

struct volume_below volume_below(const struct volume *v)
{
	struct volume_below b;

	(void)snprintf(b.name, sizeof(b.name), "%s_dif", v->config->name);
	return b;
}

int volume_open(struct volume *v)
{
	if (dm_exists(v->config->name) || dm_exists(volume_below(v).name))
		return fail(-EEXIST, CODE_TABLE,
			    "a mapping '%s' is there already, and not by us",
			    v->config->name);
	return kind(v)->open(v);
}

/* The upper one first; one that is not there is fine. */
static int remove_mappings(const struct volume *v)
{
	int r = dm_exists(v->config->name) ? dm_remove(v->config->name) : 0;

	if (r == 0 && dm_exists(volume_below(v).name))
		r = dm_remove(volume_below(v).name);
	return r;
}

int volume_close(struct volume *v)
{
	unsigned i;
	int r = 0;

	for (i = 0; i < CLOSE_TRIES && v->opened; i++) {
		r = remove_mappings(v);
		if (r == 0)
			v->opened = false;
		else
			clock_pause(DEVICE_WAIT_MS);
	}
	if (v->opened)
		log_warn("cannot close '%s': %s", v->config->name, strerror(-r));
	return r;
}

/*
 * Codes that tell of one volume; all others tell of the machine or the KBS.
 * INTERNAL is also what libcryptsetup cannot give a reason for.
 */
static const bool of_volume[CODE_COUNT] = {
	[CODE_DISK_MISSING] = true, [CODE_DISK_AMBIGUOUS] = true,
	[CODE_HEADER_FORMAT] = true, [CODE_HEADER_PROFILE] = true,
	[CODE_HEADER_MAC] = true, [CODE_HEADER_ROLLBACK] = true,
	[CODE_KBS_DENIED] = true, [CODE_RESOURCE] = true,
	[CODE_KEY_REJECTED] = true, [CODE_TABLE] = true, [CODE_VERITY] = true,
	[CODE_PROVISION] = true, [CODE_INTERNAL] = true,
};

int volume_skip(struct volume *v, int r)
{
	const struct reason why = *failure();

	if (r == 0 || !v->config->nofail || !of_volume[why.code])
		return r;
	(void)volume_close(v);
	if (dm_exists(v->config->name) || dm_exists(volume_below(v).name))
		return fail_reason(r, &why);
	log_warn("'%s' is skipped: %s, %s", v->config->name,
		 code_name(why.code), why.text);
	v->skipped = why;
	secret_free(&v->descriptor.key);
	failure_clear();
	return 0;
}

void volume_free(struct volume *v)
{
	secret_free(&v->descriptor.key);
	blockdev_close(&v->device);
	blockdev_close(&v->hash_device);
	close_fd(&v->copy);
	buf_free(&v->area);
	if (v->image)
		luks_image_free(v->image);
	free(v->image);
}
