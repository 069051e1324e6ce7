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

/* Documentation/admin-guide/device-mapper/dm-crypt.rst of Linux 6.12. */
int dm_check_crypt(const struct dm_target *t, const struct dm_crypt_expected *e,
		   struct reason *why)
{
	uint64_t data = e->device_size - e->offset;
	const char *p = t->params;
	bool ok;
	int r;

	data -= data % e->sector_size;
	r = check_target(t, "crypt", data / 512, why);
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
		    (unsigned long long)e->offset / 512);
	if (ok && e->sector_size != 512)
		ok = expect(&p, why, "option count", "1") &&
		     expect(&p, why, "option", "sector_size:%u",
			    e->sector_size);
	ok = ok && expect(&p, why, "option", "%s", "");
	return ok ? 0 : -EBADMSG;
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
