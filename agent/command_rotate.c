/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postern rotate: see rotate.h for what is where at which moment. */
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "command.h"
#include "encode.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "report.h"
#include "rotate.h"

#define REPORT_MAX	(256 * 1024)
#define NEW_KEY_LEN	32

static bool check_options(const struct options *o)
{
	int keys = !!o->descriptor + !!o->key_file + !!o->key;
	const char *what = NULL;

	if (o->finish && (o->key_file || o->key || o->resource || o->admin_token))
		what = "--finish goes with --descriptor only";
	else if (!o->finish && keys != 1)
		what = "needs the old key: one of --descriptor, --key-file, --key";
	if (what)
		fprintf(stderr, "postern: %s: %s\n", o->command, what);
	return !what && (o->finish || command_check_target(o));
}

/*
 * Where this machine may attest, the KBS is asked what it has now.  Otherwise
 * its answer to the upload is its word.
 */
static int read_back(struct boot *b, const struct options *o,
		     const struct secret *text)
{
	cleanup_secret struct secret found = { 0 };
	int r;

	if (!b->provider)
		return 0;
	r = command_fetch_uri(b, o->resource, &found);
	log_step(o->command);
	if (r < 0)
		return r;
	return secret_equal(&found, text) ? 0 :
		fail(-EBADMSG, CODE_RESOURCE, "'%.100s' is not what was stored "
		     "there just now", o->resource);
}

static int deliver(struct boot *b, const struct options *o,
		   const struct blockdev *device, const struct descriptor *next,
		   const struct luks_image *image)
{
	cleanup_secret struct secret text = { 0 };
	int r = command_deliver(b, o, next, &image->header, &text);

	if (r == 0 && !o->resource) {
		log_info("'%s' opens with the old descriptor and with this one; "
			 "when the KBS has it: rotate --finish", device->path);
		return 0;
	}
	/* No, or nothing was sent: surely the KBS has the old one only. */
	if (r == -EACCES || r == -EINVAL) {
		const struct reason why = *failure();

		return rotate_undo(device) ?: fail_reason(r, &why);
	}
	if (r == 0)
		r = read_back(b, o, &text);
	if (r < 0) {
		log_warn("'%s' opens with the old descriptor and with the new "
			 "one; nothing of the old one was touched",
			 device->path);
		return r;
	}
	r = rotate_finish(device, image);
	if (r == 0)
		log_info("'%s' has a new key, generation %llu", device->path,
			 (unsigned long long)next->generation);
	return r;
}

static int begin(struct boot *b, const struct options *o,
		 const struct blockdev *device)
{
	cleanup_luks_image struct luks_image image = { .slot = NULL };
	struct descriptor old = { 0 }, next = { 0 };
	int r;

	r = command_read_key(b, o, &old);
	if (r == 0)
		r = secret_alloc(&next.key, NEW_KEY_LEN);
	if (r == 0 && random_bytes(next.key.data, next.key.len) < 0)
		r = fail(-EIO, CODE_ENTROPY, "cannot make a key");
	if (r == 0)
		r = rotate_begin(device, &old, &next, &image);
	if (r == 0)
		r = deliver(b, o, device, &next, &image);
	secret_free(&old.key);
	secret_free(&next.key);
	return r;
}

/* The header that this boot opened, when VOLUME of the report has that UUID. */
static bool take_digest(const struct json *j, const struct json_token *volume,
			const char *uuid, struct digest *ret)
{
	char text[2 * HASH_LEN_MAX + 1];

	ret->alg = HASH_SHA384;
	return json_equals(j, json_member(j, volume, "uuid"), uuid) &&
	       json_string(j, json_member(j, volume, "header-digest"), text,
			   sizeof(text)) == 0 &&
	       hex_decode(text, strlen(text), ret->bytes,
			  hash_len(ret->alg)) == 0;
}

static int read_report(const char *uuid, struct digest *ret)
{
	cleanup_buf struct buf text = BUF(REPORT_MAX);
	cleanup_json struct json j = { 0 };
	const struct json_token *list, *t;
	int r = file_read(REPORT_PATH, &text);

	if (r == 0)
		r = json_parse(&j, (const char *)text.data, text.len,
			       CODE_RESOURCE, NULL);
	if (r < 0)
		return fail(r, CODE_RESOURCE, "cannot read '" REPORT_PATH "': %s",
			    strerror(-r));
	list = json_member(&j, json_root(&j), "volumes");
	for (t = json_first(&j, list); t; t = json_next(&j, list, t))
		if (take_digest(&j, t, uuid, ret))
			return 0;
	return fail(-ENOENT, CODE_RESOURCE, "'" REPORT_PATH "' has no volume %s: "
		    "say with --descriptor what the KBS has", uuid);
}

/* Both headers of a volume have its UUID; the spare one may be alone. */
static int find_uuid(const struct blockdev *device, char *ret)
{
	static const uint64_t places[] = { LUKS_SPARE_OFFSET, 0 };
	struct luks_profile profile = { .integrity = LUKS_INTEGRITY_ANY };
	struct reason why = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		cleanup_luks_image struct luks_image image = { .slot = NULL };

		if (luks_image_read(device->fd, places[i], device->size,
				    &profile, &image, &why) < 0)
			continue;
		memcpy(ret, image.header.uuid, LUKS_UUID_LEN + 1);
		return 0;
	}
	return fail(-EBADMSG, why.code, "'%s': %.200s", device->path, why.text);
}

static int finish(const struct options *o, const struct blockdev *device)
{
	struct descriptor known = { 0 };
	char uuid[LUKS_UUID_LEN + 1];
	struct digest digest;
	int r;

	if (!o->descriptor) {
		r = find_uuid(device, uuid);
		if (r == 0)
			r = read_report(uuid, &digest);
		return r < 0 ? r : rotate_resume(device, NULL, &digest);
	}
	r = command_read_descriptor(o->descriptor, &known);
	if (r == 0 && !known.full)
		r = fail(-EBADMSG, CODE_RESOURCE, "'%s' is of a volume that is "
			 "still to be made", o->descriptor);
	if (r == 0)
		r = rotate_resume(device, &known, NULL);
	secret_free(&known.key);
	return r;
}

int command_rotate(const struct options *o)
{
	cleanup_blockdev struct blockdev device = BLOCKDEV_NONE;
	struct boot *b;
	int r;

	if (!check_options(o))
		return 2;
	b = command_start(o, o->key || o->resource, &r);
	if (r == 0)
		r = blockdev_open_path(o->argument, &device);
	if (r == 0)
		r = o->finish ? finish(o, &device) : begin(b, o, &device);
	return command_finish(b, r);
}
