/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postern.conf, or a kernel command line if it begins with a NUL.  It comes
 * from the measured initramfs, so this is for our own mistakes; the command
 * line is the host's.
 */
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_IS_SOUND(field) assert(memchr((field), '\0', sizeof(field)))

static void check_volume(const struct config_volume *v)
{
	TEXT_IS_SOUND(v->name);
	TEXT_IS_SOUND(v->device);
	TEXT_IS_SOUND(v->key);
	TEXT_IS_SOUND(v->hash_device);
	assert(v->name[0] && v->device[0] && !strchr(v->name, '/'));
	assert(v->type == VOLUME_VERITY ? v->roothash.len == 32 && !v->key[0] :
	       v->type == VOLUME_LUKS2 && v->key[0] && !v->roothash.len);
	assert(v->sector_size == 0 || v->sector_size == 512 ||
	       v->sector_size == 4096);
	assert(v->salt.len <= CONFIG_SALT_MAX);
}

static void check(const struct config *c)
{
	size_t i, k;

	TEXT_IS_SOUND(c->agent.tee);
	TEXT_IS_SOUND(c->network.proxy);
	TEXT_IS_SOUND(c->kbs.ca_path);
	TEXT_IS_SOUND(c->measure.kind);
	assert(c->agent.tee[0] && c->agent.require_level <= 4);
	assert(c->agent.on_failure <= ON_FAILURE_RETURN);
	assert(c->network.wait >= 1 && c->network.wait <= 3600);
	assert(c->network.dns_count <= CONFIG_DNS_MAX);
	assert(c->kbs.url_count >= 1 && c->kbs.url_count <= CONFIG_URLS_MAX);
	assert(c->kbs.pin_count <= CONFIG_PINS_MAX);
	assert(strcmp(c->measure.kind, "pcr") != 0 || c->measure.index <= 15);
	for (i = 0; i < c->kbs.url_count; i++)
		TEXT_IS_SOUND(c->kbs.urls[i].text);
	assert(c->volume_count <= CONFIG_VOLUMES_MAX);
	for (i = 0; i < c->volume_count; i++) {
		check_volume(&c->volumes[i]);
		for (k = 0; k < i; k++)
			assert(strcmp(c->volumes[i].name, c->volumes[k].name));
	}
	assert(c->tunnel_count <= CONFIG_TUNNELS_MAX);
	for (i = 0; i < c->tunnel_count; i++) {
		TEXT_IS_SOUND(c->tunnels[i].name);
		TEXT_IS_SOUND(c->tunnels[i].credentials);
		assert(strlen(c->tunnels[i].name) <= 15 &&
		       c->tunnels[i].credentials[0] &&
		       c->tunnels[i].handover <= HANDOVER_NONE);
		assert(c->tunnels[i].key_as == TUNNEL_KEY_FILE ||
		       (!c->tunnels[i].up &&
			c->tunnels[i].handover <= HANDOVER_NETWORKD));
	}
}

static void command_line(const char *text, size_t size)
{
	cleanup_buf struct buf copy = BUF(1 << 20);
	struct reason why = { 0 };
	struct cmdline c;

	buf_add(&copy, text, size);
	if (!buf_cstr(&copy))
		return;
	if (cmdline_parse(buf_cstr(&copy), &c, &why) == 0)
		assert(!c.skip || strstr(buf_cstr(&copy), "rd.postern=0"));
	else
		assert(why.code == CODE_CONFIG && why.text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config c;
	struct reason why = { 0 };

	if (size > 0 && data[0] == '\0') {
		command_line((const char *)data + 1, size - 1);
		return 0;
	}
	if (config_parse((const char *)data, size, "c", &c, &why) == 0)
		check(&c);
	else
		assert(why.code == CODE_CONFIG &&
		       strncmp(why.text, "c:", 2) == 0);
	config_free(&c);
	return 0;
}
