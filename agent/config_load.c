/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration and the files that it names. */
#include <string.h>

#include "config.h"
#include "file.h"
#include "init_data.h"
#include "limits.h"
#include "log.h"

static int cannot_read(int r, const char *path)
{
	return fail(-EINVAL, CODE_CONFIG, "cannot read '%s': %s", path,
		    strerror(-r));
}

static int load_init_data(struct config *c)
{
	struct reason why = { 0 };
	int r;

	if (!c->kbs.init_data[0])
		return 0;
	r = file_read(c->kbs.init_data, &c->init_data);
	if (r < 0 || !buf_cstr(&c->init_data))
		return cannot_read(r ?: -ENOMEM, c->kbs.init_data);
	r = init_data_parse((const char *)c->init_data.data, c->init_data.len,
			    &c->init_data_digest, &why);
	return r < 0 ? fail(r, CODE_CONFIG, "'%.100s': %.140s",
			    c->kbs.init_data, why.text) : 0;
}

static int load_files(struct config *c)
{
	int r;

	r = load_init_data(c);
	if (r < 0)
		return r;
	if (c->kbs.ca_path[0]) {
		r = file_read(c->kbs.ca_path, &c->ca);
		if (r < 0)
			return cannot_read(r, c->kbs.ca_path);
	}
	if (!c->kbs.client_key[0])
		return 0;
	r = file_read(c->kbs.client_cert, &c->client_cert);
	if (r < 0)
		return cannot_read(r, c->kbs.client_cert);
	r = file_read_secret(c->kbs.client_key, &c->client_key);
	return r < 0 ? cannot_read(r, c->kbs.client_key) : 0;
}

int config_load(const char *path, struct config *ret)
{
	cleanup_buf struct buf text = BUF(CONFIG_FILE_MAX);
	struct reason why = { 0 };
	int r;

	r = file_read(path, &text);
	if (r < 0)
		return cannot_read(r, path);
	r = config_parse(buf_cstr(&text), text.len, path, ret, &why);
	if (r < 0)
		return why.code ? fail_reason(r, &why) : r;
	r = load_files(ret);
	ret->loaded = r == 0;
	return r;
}

void config_free(struct config *c)
{
	buf_free(&c->ca);
	buf_free(&c->client_cert);
	buf_free(&c->init_data);
	secret_free(&c->client_key);
}

const char *config_init_data(struct config *c)
{
	return c->init_data.len ? buf_cstr(&c->init_data) : NULL;
}
