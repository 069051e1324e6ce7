/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <libdevmapper.h>

#include "dm.h"

static struct dm_task *run(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (task && dm_task_set_name(task, name) && dm_task_secure_data(task) &&
	    dm_task_no_open_count(task) && dm_task_run(task))
		return task;
	if (task)
		dm_task_destroy(task);
	return NULL;
}

bool dm_exists(const char *name)
{
	struct dm_task *task = run(DM_DEVICE_INFO, name);
	struct dm_info info;
	bool exists;

	if (!task)
		return false;
	exists = dm_task_get_info(task, &info) && info.exists;
	dm_task_destroy(task);
	return exists;
}

int dm_number(const char *name, dev_t *ret)
{
	struct dm_task *task = run(DM_DEVICE_INFO, name);
	struct dm_info info;
	int r = -EIO;

	if (!task)
		return r;
	if (dm_task_get_info(task, &info) && info.exists) {
		*ret = makedev(info.major, info.minor);
		r = 0;
	}
	dm_task_destroy(task);
	return r;
}

int dm_remove(const char *name)
{
	struct dm_task *task = dm_task_create(DM_DEVICE_REMOVE);
	uint32_t cookie = 0;
	int r = 0;

	if (!task)
		return -ENOMEM;
	/* The cookie tells udev's rules that the event is not a stray one. */
	if (!dm_task_set_name(task, name) ||
	    !dm_task_set_cookie(task, &cookie, 0) || !dm_task_run(task))
		r = -EBUSY;
	dm_task_destroy(task);
	return r;
}

int dm_table(const char *name, struct dm_target *ret)
{
	struct dm_task *task = run(DM_DEVICE_TABLE, name);
	char *type = NULL, *params = NULL;
	struct dm_target t = { 0 };
	int r = -EBADMSG;

	if (!task)
		return -EIO;
	/* A second target, or none at all, is not what we made. */
	if (!dm_get_next_target(task, NULL, &t.start, &t.length, &type,
				&params) &&
	    type && params &&
	    snprintf(t.type, sizeof(t.type), "%s", type) < (int)sizeof(t.type) &&
	    snprintf(t.params, sizeof(t.params), "%s", params) <
	    (int)sizeof(t.params))
		r = 0;
	dm_task_destroy(task);
	if (r == 0)
		*ret = t;
	return r;
}

/*
 * Takes the next word off *PARAMS and compares it with what FORMAT makes;
 * NULL expects that nothing is left.
 */
static bool expect(const char **params, struct reason *why, const char *what,
		   const char *format, ...) printf_like(4, 5);

static bool expect(const char **params, struct reason *why, const char *what,
		   const char *format, ...)
{
	char want[DM_PARAMS_MAX];
	const char *p = *params;
	size_t len;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(want, sizeof(want), format, ap);
	va_end(ap);
	p += strspn(p, " ");
	len = strcspn(p, " ");
	if (strlen(want) != len || memcmp(p, want, len) != 0) {
		(void)reason_set(why, 0, CODE_TABLE,
				 "the kernel's table has %s '%.*s' instead of "
				 "'%.60s'", what, (int)MIN(len, 60), p, want);
		return false;
	}
	*params = p + len;
	return true;
}

static int check_target(const struct dm_target *t, const char *type,
			uint64_t sectors, struct reason *why)
{
	if (strcmp(t->type, type) != 0 || t->start != 0)
		return reason_set(why, -EBADMSG, CODE_TABLE,
				  "the mapping is '%s' instead of '%s'", t->type,
				  type);
	if (t->length != sectors)
		return reason_set(why, -EBADMSG, CODE_TABLE,
				  "the mapping has %llu sectors instead of %llu",
				  (unsigned long long)t->length,
				  (unsigned long long)sectors);
	return 0;
}

static bool expect_options(const char **params,
			   const struct dm_crypt_expected *e, struct reason *why)
{
	unsigned count = 0;
	bool ok = true;

	count += e->tag_len != 0;
	count += e->sector_size != 512;
	if (count)
		ok = expect(params, why, "option count", "%u", count);
	if (ok && e->tag_len)
		ok = expect(params, why, "option", "integrity:%u:aead",
			    e->tag_len);
	if (ok && e->sector_size != 512)
		ok = expect(params, why, "option", "sector_size:%u",
			    e->sector_size);
	return ok && expect(params, why, "option", "%s", "");
}

/* Documentation/admin-guide/device-mapper/dm-crypt.rst of Linux 6.12. */
int dm_check_crypt(const struct dm_target *t, const struct dm_crypt_expected *e,
		   struct reason *why)
{
	uint64_t size = e->size - e->size % e->sector_size;
	const char *p = t->params;
	bool ok;
	int r;

	r = check_target(t, "crypt", size / 512, why);
	if (r < 0)
		return r;
	/* The key is in the keyring: its bytes are never in a table. */
	ok = expect(&p, why, "cipher", "%s", e->cipher) &&
	     expect(&p, why, "key", ":%u:logon:cryptsetup:%s-d0", e->key_len,
		    e->uuid) &&
	     expect(&p, why, "IV offset", "0") &&
	     expect(&p, why, "device", "%u:%u", major(e->device),
		    minor(e->device)) &&
	     expect(&p, why, "offset", "%llu",
		    (unsigned long long)e->offset / 512) &&
	     expect_options(&p, e, why);
	return ok ? 0 : -EBADMSG;
}

/*
 * The options of an integrity table: of those that the kernel adds by itself
 * any value, no other, and as many as it says.
 */
static int check_options(const char *p, unsigned sector_size,
			 struct reason *why)
{
	static const char *const own[] = {
		"journal_sectors:", "interleave_sectors:", "buffer_sectors:",
		"journal_watermark:", "commit_time:", "fix_padding",
	};
	char block[32] = "";
	size_t i, len;

	if (sector_size != 512)
		(void)snprintf(block, sizeof(block), "block_size:%u", sector_size);
	for (; *p; p += len) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		if (len == 0)
			break;
		if (strlen(block) == len && memcmp(p, block, len) == 0) {
			block[0] = '\0';
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(own); i++)
			if (strncmp(p, own[i], strlen(own[i])) == 0)
				break;
		if (i == ARRAY_SIZE(own))
			return reason_set(why, -EBADMSG, CODE_TABLE, "the kernel's "
					  "table has option '%.*s'",
					  (int)MIN(len, 60), p);
	}
	return block[0] ? reason_set(why, -EBADMSG, CODE_TABLE, "the kernel's "
				     "table has no option '%s'", block) : 0;
}

/* Documentation/admin-guide/device-mapper/dm-integrity.rst of Linux 6.12. */
int dm_check_integrity(const struct dm_target *t,
		       const struct dm_integrity_expected *e,
		       struct reason *why)
{
	const char *p = t->params;
	int r;

	r = check_target(t, "integrity", e->size / 512, why);
	if (r < 0)
		return r;
	if (!expect(&p, why, "device", "%u:%u", major(e->device),
		    minor(e->device)) ||
	    !expect(&p, why, "offset", "%llu",
		    (unsigned long long)e->offset / 512) ||
	    !expect(&p, why, "tag size", "%u", e->tag_len) ||
	    !expect(&p, why, "mode", "J"))
		return -EBADMSG;
	/* The count of the options, which follow. */
	p += strspn(p, " ");
	return check_options(p + strcspn(p, " "), e->sector_size, why);
}

/* Documentation/admin-guide/device-mapper/verity.rst of Linux 6.12. */
int dm_check_verity(const struct dm_target *t,
		    const struct dm_verity_expected *e, struct reason *why)
{
	const char *p = t->params;
	bool ok;
	int r;

	r = check_target(t, "verity", e->data_blocks * 8, why);
	if (r < 0)
		return r;
	ok = expect(&p, why, "version", "1") &&
	     expect(&p, why, "data device", "%u:%u", major(e->data),
		    minor(e->data)) &&
	     expect(&p, why, "hash device", "%u:%u", major(e->hash),
		    minor(e->hash)) &&
	     expect(&p, why, "data block size", "4096") &&
	     expect(&p, why, "hash block size", "4096") &&
	     expect(&p, why, "size", "%llu",
		    (unsigned long long)e->data_blocks) &&
	     expect(&p, why, "hash start", "%llu",
		    (unsigned long long)e->hash_block) &&
	     expect(&p, why, "algorithm", "sha256") &&
	     expect(&p, why, "root hash", "%s", e->root_hash) &&
	     expect(&p, why, "salt", "%s", e->salt) &&
	     expect(&p, why, "option", "%s", "");
	return ok ? 0 : -EBADMSG;
}
