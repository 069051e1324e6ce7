/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the commands that make keys have them from, and where they leave them. */
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "command.h"
#include "file.h"
#include "kbs_admin.h"
#include "log.h"

static int read_file(const char *path, struct secret *ret)
{
	cleanup_secret struct secret text = { 0 };
	int r = file_read_secret(path, &text);

	if (r < 0)
		return fail(r, CODE_RESOURCE, "cannot read '%s': %s", path,
			    strerror(-r));
	if (text.len == 1)
		return fail(-EBADMSG, CODE_RESOURCE, "'%s' is empty", path);
	secret_shrink(&text, text.len - 1);	/* the NUL */
	secret_move(ret, &text);
	return 0;
}

int command_read_descriptor(const char *path, struct descriptor *ret)
{
	cleanup_secret struct secret text = { 0 };
	struct descriptor d = { 0 };
	struct reason why = { 0 };
	int r = read_file(path, &text);

	if (r < 0)
		return r;
	r = descriptor_parse(&text, "kbs:", &d, &why);
	if (r < 0)
		return fail_reason(r, &why);
	if (!d.full && !d.provision) {
		secret_free(&d.key);
		return fail(-EBADMSG, CODE_RESOURCE,
			    "'%s' is no volume descriptor", path);
	}
	*ret = d;
	return 0;
}

static int fetch_key(struct boot *b, const struct options *o,
		     struct descriptor *ret)
{
	cleanup_secret struct secret resource = { 0 };
	struct reason why = { 0 };
	int r = command_fetch_uri(b, o->key, &resource);

	log_step(o->command);
	if (r < 0)
		return r;
	r = descriptor_parse(&resource, o->key, ret, &why);
	return r < 0 ? fail_reason(r, &why) : 0;
}

int command_read_key(struct boot *b, const struct options *o,
		     struct descriptor *ret)
{
	if (o->descriptor)
		return command_read_descriptor(o->descriptor, ret);
	if (o->key_file)
		return read_file(o->key_file, &ret->key);
	return o->key ? fetch_key(b, o, ret) : 0;
}

bool command_check_target(const struct options *o)
{
	const char *what = NULL;

	if (!o->resource != !o->admin_token)
		what = "--resource and --kbs-admin-token go together";
	else if (!o->resource && isatty(STDOUT_FILENO))
		what = "stdout is a terminal, and the descriptor holds the key; "
		       "send it to a file, or use --resource";
	if (what)
		fprintf(stderr, "postern: %s: %s\n", o->command, what);
	return !what;
}

int command_deliver(struct boot *b, const struct options *o,
		    const struct descriptor *d, const struct luks_header *h,
		    struct secret *ret_text)
{
	cleanup_secret struct secret token = { 0 };
	int r = descriptor_whole_json(d, h, ret_text);

	if (r < 0)
		return fail(r, CODE_INTERNAL, "out of memory");
	if (!o->resource) {
		r = file_write_fd(STDOUT_FILENO, ret_text->data, ret_text->len);
		return r < 0 ? fail(r, CODE_RESOURCE, "cannot write the "
				    "descriptor: %s", strerror(-r)) : 0;
	}
	r = kbs_admin_token(o->admin_token, &token);
	if (r == 0)
		r = kbs_admin_put(&b->config, &token, o->resource, ret_text);
	if (r == 0)
		log_info("the KBS has the descriptor: %s", o->resource);
	return r;
}
