/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nebula: its files below /run, readable by root alone, and a unit that starts
 * nebula(1) with them.  It reads the key again when it is reloaded, so the file
 * stays.
 */
#include <sys/stat.h>

#include "file.h"
#include "handover.h"
#include "nebula.h"

#define DIR		"/run/postern/nebula"

static const char *const files[] = {
	"/ca.crt", "/host.crt", "/host.key", "/config.yml",
};

static struct handover_path file_of(const char *name, const char *file)
{
	return handover_path(DIR "/", name, file);
}

static void put_lighthouses(struct buf *b, const struct nebula *n)
{
	size_t i, k;

	buf_str(b, "static_host_map:\n");
	for (i = 0; i < n->lighthouse_count; i++) {
		const struct nebula_lighthouse *l = &n->lighthouses[i];

		buf_printf(b, "  \"%s\": [", l->address);
		for (k = 0; k < l->endpoint_count; k++)
			buf_printf(b, "%s\"%s\"", k ? ", " : "", l->endpoints[k]);
		buf_str(b, "]\n");
	}
	buf_str(b, "lighthouse:\n  am_lighthouse: false\n  interval: 60\n"
		"  hosts:\n");
	for (i = 0; i < n->lighthouse_count; i++)
		buf_printf(b, "    - \"%s\"\n", n->lighthouses[i].address);
}

static void put_rule(struct buf *b, const char *port, const char *proto,
		     const char *group)
{
	buf_printf(b, "    - port: \"%s\"\n      proto: \"%s\"\n", port, proto);
	if (group[0])
		buf_printf(b, "      group: \"%s\"\n", group);
	else
		buf_str(b, "      host: \"any\"\n");
}

static void put_config(struct buf *b, const char *name, const struct nebula *n)
{
	size_t i;

	buf_printf(b, "pki:\n  ca: " DIR "/%s/ca.crt\n  cert: " DIR
		   "/%s/host.crt\n  key: " DIR "/%s/host.key\n", name, name,
		   name);
	put_lighthouses(b, n);
	buf_printf(b, "listen:\n  host: \"::\"\n  port: %u\npunchy:\n"
		   "  punch: true\ntun:\n  dev: %s\nfirewall:\n  outbound:\n",
		   n->listen_port, name);
	put_rule(b, "any", "any", "");
	buf_str(b, "  inbound:\n");
	for (i = 0; i < n->inbound_count; i++)
		put_rule(b, n->inbound[i].port, n->inbound[i].proto,
			 n->inbound[i].group);
	if (n->inbound_count == 0)
		put_rule(b, "any", "icmp", "");
}

/* Directories that file_mkdirs() makes are for all to read. */
static int make_directory(const char *name)
{
	struct handover_path path = file_of(name, "");
	int r = file_mkdirs(path.text);

	if (r == 0 && chmod(path.text, 0700) < 0)
		r = neg_errno();
	return r < 0 ? handover_cannot(r, path.text) : 0;
}

static int write_file(const char *name, const char *file, const void *data,
		      size_t len)
{
	struct handover_path path = file_of(name, file);
	int r = file_write(path.text, data, len, 0600, 0);

	return r < 0 ? handover_cannot(r, path.text) : 0;
}

static int write_unit(const char *name)
{
	cleanup_buf struct buf b = BUF(4096);

	buf_printf(&b, "[Unit]\nDescription=Nebula tunnel %s, by postern\n"
		   "After=network-online.target\nWants=network-online.target\n\n"
		   "[Service]\nExecStart=/usr/bin/nebula -config " DIR
		   "/%s/config.yml\nExecReload=/bin/kill -HUP $MAINPID\n"
		   "Restart=always\n", name, name);
	return handover_enable(name, &b);
}

int handover_nebula(const struct config_tunnel *config, const struct nebula *n)
{
	cleanup_buf struct buf b = BUF(HANDOVER_TEXT_MAX);
	const char *name = config->name;
	int r;

	if (config->handover == HANDOVER_NONE)
		return 0;
	put_config(&b, name, n);
	r = buf_error(&b);
	if (r < 0)
		return handover_cannot(r, "config.yml");
	r = make_directory(name);
	if (r == 0)
		r = write_file(name, files[0], n->ca.data, n->ca.len);
	if (r == 0)
		r = write_file(name, files[1], n->certificate.data,
			       n->certificate.len);
	if (r == 0)
		r = write_file(name, files[2], n->key.data, n->key.len);
	if (r == 0)
		r = write_file(name, files[3], b.data, b.len);
	return r < 0 || config->handover == HANDOVER_FILES ? r : write_unit(name);
}

void handover_nebula_undo(const struct config_tunnel *config)
{
	size_t i;

	handover_disable(config->name);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		(void)unlink(file_of(config->name, files[i]).text);
	(void)rmdir(file_of(config->name, "").text);
}
