/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "config.h"
#include "config_value.h"
#include "keyprovider.h"
#include "limits.h"
#include "measurer.h"

/* One key: where it belongs, how it is read, and what it is when not given. */
struct option {
	const char *section, *key;
	value_parser *parse;
	size_t offset;			/* in the section's struct */
	struct value_spec spec;
	const char *preset;		/* text of the default, or NULL */
};

#define WORDS(...)	{ .words = (const char *const[]){ __VA_ARGS__, NULL } }
#define IN(type, field)	offsetof(struct config_##type, field)

static const struct option options[] = {
	{ "agent", "tee", value_name, IN(agent, tee), { 0 }, NULL },
	{ "agent", "require-level", value_number, IN(agent, require_level),
	  { .max = 4 }, "0" },
	{ "agent", "on-failure", value_word, IN(agent, on_failure),
	  WORDS("poweroff", "reboot", "halt", "return"), "poweroff" },
	{ "agent", "timeout", value_duration, IN(agent, timeout),
	  { .max = 7 * 24 * 3600 }, "10min" },
	{ "agent", "allow-skip", value_yes_no, IN(agent, allow_skip), { 0 },
	  "no" },
	{ "network", "wait", value_duration, IN(network, wait),
	  { .min = 1, .max = 3600 }, "60s" },
	{ "network", "dns", value_dns, 0, { 0 }, NULL },
	{ "network", "proxy", value_proxy, IN(network, proxy), { 0 }, NULL },
	{ "network", "metadata", value_address, IN(network, metadata), { 0 },
	  NULL },
	{ "kbs", "url", value_urls, 0, { 0 }, NULL },
	{ "kbs", "ca", value_path, IN(kbs, ca_path), { 0 }, NULL },
	{ "kbs", "pin", value_pins, 0, { 0 }, NULL },
	{ "kbs", "client-cert", value_path, IN(kbs, client_cert), { 0 }, NULL },
	{ "kbs", "client-key", value_path, IN(kbs, client_key), { 0 }, NULL },
	{ "kbs", "init-data", value_path, IN(kbs, init_data), { 0 }, NULL },
	{ "measure", "register", value_register, 0, { 0 }, "auto" },
	{ "measure", "required", value_yes_no, IN(measure, required), { 0 },
	  "yes" },
	{ "volume", "device", value_device, IN(volume, device), { 0 }, NULL },
	{ "volume", "key", value_key, IN(volume, key), { 0 }, NULL },
	{ "volume", "type", value_word, IN(volume, type),
	  WORDS("luks2", "verity"), "luks2" },
	{ "volume", "integrity", value_word, IN(volume, integrity),
	  WORDS("none", "hmac-sha256", "aead"), "none" },
	{ "volume", "sector-size", value_number, IN(volume, sector_size),
	  { .min = 512, .max = 4096 }, NULL },
	{ "volume", "provision", value_word, IN(volume, provision),
	  WORDS("no", "if-permitted"), "no" },
	{ "volume", "mkfs", value_word, IN(volume, mkfs),
	  WORDS("none", "ext4", "xfs", "swap"), "none" },
	{ "volume", "nofail", value_yes_no, IN(volume, nofail), { 0 }, "no" },
	{ "volume", "wipe", value_word, IN(volume, wipe),
	  WORDS("auto", "full", "quick"), "auto" },
	{ "volume", "roothash", value_hex, IN(volume, roothash),
	  { .min = 32, .max = 32 }, NULL },
	{ "volume", "hash-device", value_device, IN(volume, hash_device), { 0 },
	  NULL },
	{ "volume", "salt", value_hex, IN(volume, salt),
	  { .min = 1, .max = CONFIG_SALT_MAX }, NULL },
	{ "volume", "data-blocks", value_number, IN(volume, data_blocks),
	  { .min = 1, .max = UINT64_C(1) << 40 }, NULL },
	{ "tunnel", "kind", value_word, IN(tunnel, kind),
	  WORDS("wireguard", "nebula"), "wireguard" },
	{ "tunnel", "settings", value_uri, IN(tunnel, settings), { 0 }, NULL },
	{ "tunnel", "credentials", value_uri, IN(tunnel, credentials), { 0 },
	  NULL },
	{ "tunnel", "handover", value_word, IN(tunnel, handover),
	  WORDS("auto", "networkd", "networkmanager", "wg-quick", "files",
		"none"), "auto" },
	{ "tunnel", "key-as", value_word, IN(tunnel, key_as),
	  WORDS("file", "credential"), "file" },
	{ "tunnel", "up", value_yes_no, IN(tunnel, up), { 0 }, "no" },
	{ "tunnel", "default-route", value_yes_no, IN(tunnel, default_route),
	  { 0 }, "no" },
};

/* State of one parse. */
struct parse {
	const char *name;
	unsigned line;
	struct config *config;
	struct reason *why;
	const char *section;		/* of the table; NULL before the first */
	void *base;			/* the section's struct */
	uint64_t seen;			/* keys of this section, by their index */
	unsigned sections_seen;
};

static int wrong(const struct parse *p, const char *what, const char *text)
{
	return reason_set(p->why, -EINVAL, CODE_CONFIG, "%s:%u: '%.100s' %s",
			  p->name, p->line, what, text);
}

static int set_defaults(struct parse *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		if (strcmp(o->section, p->section) != 0 || !o->preset)
			continue;
		if (o->parse(o->preset, (char *)p->base + o->offset, &o->spec))
			return -EINVAL;
	}
	return 0;
}

static int open_plain(struct parse *p, const char *section)
{
	static const struct {
		const char *name;
		size_t offset;
	} plain[] = {
		{ "agent", offsetof(struct config, agent) },
		{ "network", offsetof(struct config, network) },
		{ "kbs", offsetof(struct config, kbs) },
		{ "measure", offsetof(struct config, measure) },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		if (strcmp(plain[i].name, section) != 0)
			continue;
		if (p->sections_seen & 1U << i)
			return wrong(p, section, "is here a second time");
		p->sections_seen |= 1U << i;
		p->section = plain[i].name;
		p->base = (char *)p->config + plain[i].offset;
		return 0;
	}
	return wrong(p, section, "is not a section");
}

/* [volume NAME] and [tunnel NAME]. */
static int open_named(struct parse *p, const char *kind, const char *name)
{
	struct config *c = p->config;
	bool volume = strcmp(kind, "volume") == 0;
	size_t count = volume ? c->volume_count : c->tunnel_count, i;
	const char *clause;
	char *place;

	if (!volume && strcmp(kind, "tunnel") != 0)
		return wrong(p, kind, "is not a section with a name");
	if (count == (volume ? CONFIG_VOLUMES_MAX : CONFIG_TUNNELS_MAX))
		return wrong(p, kind, "is here too often");
	place = volume ? c->volumes[count].name : c->tunnels[count].name;
	clause = value_name(name, place, NULL);
	if (clause)
		return wrong(p, name, clause);
	if (!volume && strlen(name) > 15)
		return wrong(p, name, "is too long for an interface");
	for (i = 0; i < count; i++)
		if (strcmp(volume ? c->volumes[i].name : c->tunnels[i].name,
			   name) == 0)
			return wrong(p, name, "is here a second time");
	if (volume)
		p->base = &c->volumes[c->volume_count++];
	else
		p->base = &c->tunnels[c->tunnel_count++];
	p->section = volume ? "volume" : "tunnel";
	return set_defaults(p);
}

static int parse_section(struct parse *p, char *line)
{
	size_t len = strlen(line);
	char *space;

	if (line[len - 1] != ']')
		return wrong(p, line, "has no ']' at its end");
	line[len - 1] = '\0';
	line++;
	p->seen = 0;
	space = strchr(line, ' ');
	if (!space)
		return open_plain(p, line);
	*space = '\0';
	return open_named(p, line, space + 1);
}

static int parse_key(struct parse *p, const char *key, const char *value)
{
	const char *clause;
	size_t i;

	if (!p->section)
		return wrong(p, key, "stands before the first section");
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *o = &options[i];

		if (strcmp(o->section, p->section) != 0 ||
		    strcmp(o->key, key) != 0)
			continue;
		if (p->seen & UINT64_C(1) << i)
			return wrong(p, key, "is here a second time");
		p->seen |= UINT64_C(1) << i;
		clause = o->parse(value, (char *)p->base + o->offset, &o->spec);
		return clause ? wrong(p, key, clause) : 0;
	}
	return wrong(p, key, "is not a key of this section");
}

/* Cuts the comment and the white space at both ends; returns the start. */
static char *trim(char *line)
{
	char *p, *end;

	for (p = line; *p; p++)
		if (*p == '#' && (p == line || p[-1] == ' ' || p[-1] == '\t'))
			break;
	*p = '\0';
	line += strspn(line, " \t\r");
	end = line + strlen(line);
	while (end > line && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return line;
}

static int parse_line(struct parse *p, char *line)
{
	char *equals, *value;

	line = trim(line);
	if (!*line)
		return 0;
	if (*line == '[')
		return parse_section(p, line);
	equals = strchr(line, '=');
	if (!equals)
		return wrong(p, line, "is neither a section nor key = value");
	*equals = '\0';
	value = trim(equals + 1);
	line = trim(line);
	if (!*value)
		return wrong(p, line, "has no value");
	return parse_key(p, line, value);
}

static int check_uri(const struct parse *p, const char *uri)
{
	const struct key_provider *provider = key_provider_find(uri);
	struct reason detail = { 0 };

	if (!provider)
		return wrong(p, uri, "has a scheme that is not known");
	if (provider->check_uri(uri, &detail) < 0)
		return reason_set(p->why, -EINVAL, CODE_CONFIG, "%s:%u: %s",
				  p->name, p->line, detail.text);
	return 0;
}

static int check_volume(const struct parse *p, const struct config_volume *v)
{
	bool verity = v->type == VOLUME_VERITY;
	bool header = v->type == VOLUME_LUKS2;

	if (!v->device[0])
		return wrong(p, v->name, "has no device");
	if (!header && strncmp(v->device, "UUID=", 5) == 0)
		return wrong(p, v->device, "is that of a LUKS2 header, which "
			     "this volume has not");
	if (!header && v->integrity)
		return wrong(p, v->name, "has integrity, which is for luks2");
	if (!header && v->provision != PROVISION_NO)
		return wrong(p, v->name, "has provision, which is for luks2 with "
			     "a key that is kept");
	if (v->sector_size && v->sector_size != 512 && v->sector_size != 4096)
		return wrong(p, v->name, "has a sector-size other than 512, 4096");
	if (verity != (v->roothash.len > 0) || verity != (v->data_blocks > 0) ||
	    verity != (v->hash_device[0] != '\0') || (!verity && v->salt.len))
		return wrong(p, v->name, "needs roothash, hash-device and "
			     "data-blocks for verity, and not otherwise");
	if (v->type == VOLUME_RANDOM)
		return 0;
	if (v->mkfs == MKFS_SWAP)
		return wrong(p, v->name, "has mkfs = swap without key = random");
	if (verity != (v->key[0] == '\0'))
		return wrong(p, v->name, "needs a key for luks2, and only then");
	if (v->provision == PROVISION_NO && v->mkfs != MKFS_NONE)
		return wrong(p, v->name, "has mkfs without provision");
	if (v->provision == PROVISION_NO && v->wipe != WIPE_AUTO)
		return wrong(p, v->name, "has wipe without provision");
	return verity ? 0 : check_uri(p, v->key);
}

static int check_tunnel(const struct parse *p, const struct config_tunnel *t)
{
	const char *clause = config_tunnel_wrong(t);
	int r = 0;

	if (clause)
		return wrong(p, t->name, clause);
	if (t->settings[0])
		r = check_uri(p, t->settings);
	return r ?: check_uri(p, t->credentials);
}

/* It is a kind of its own; its key is no URI. */
static void set_random(struct config_volume *v)
{
	if (v->type != VOLUME_LUKS2 || strcmp(v->key, VALUE_KEY_RANDOM) != 0)
		return;
	v->type = VOLUME_RANDOM;
	v->key[0] = '\0';
}

/* The URI of the N-th volume or, after those, tunnel. */
static const char *nth_uri(const struct config *c, size_t n)
{
	return n < c->volume_count ? c->volumes[n].key :
	       c->tunnels[n - c->volume_count].credentials;
}

/* What is gone after the first reading cannot serve two. */
static int check_once(const struct parse *p)
{
	const struct config *c = p->config;
	const struct key_provider *provider;
	size_t i, k, count = c->volume_count + c->tunnel_count;

	for (i = 0; i < count; i++) {
		provider = key_provider_find(nth_uri(c, i));
		for (k = 0; provider && provider->same && k < i; k++)
			if (provider->same(nth_uri(c, i), nth_uri(c, k)))
				return wrong(p, nth_uri(c, i), "can be read "
					     "once, and is asked for twice");
	}
	return 0;
}

static int check_whole(const struct parse *p)
{
	const struct config *c = p->config;
	const struct measurer *m = measurer_find(c->measure.kind);
	const struct attester *a = attester_find(c->agent.tee);
	size_t i;
	int r = 0;

	if (!c->agent.tee[0])
		return wrong(p, "tee", "is missing");
	if (strcmp(c->agent.tee, "auto") != 0 && !a)
		return wrong(p, c->agent.tee, "is not a TEE of this version");
	if (a && a->metadata && !c->network.metadata[0])
		return wrong(p, c->agent.tee, "needs metadata in [network]");
	if (c->kbs.url_count == 0 && key_provider_attesting(c))
		return wrong(p, "url", "is missing");
	if (c->kbs.url_count > 0 && !c->kbs.ca_path[0] && c->kbs.pin_count == 0 &&
	    strncmp(c->kbs.urls[0].text, "http:", 5) != 0)
		return wrong(p, "url", "needs ca or pin, or nobody could be "
			     "told from the KBS");
	if (!c->kbs.client_cert[0] != !c->kbs.client_key[0])
		return wrong(p, "client-cert", "and client-key go together");
	if (!m && strcmp(c->measure.kind, "auto") != 0 &&
	    strcmp(c->measure.kind, "none") != 0)
		return wrong(p, c->measure.kind, "is not a register of this version");
	if (m && !m->allowed(c->measure.index))
		return wrong(p, "register", "proves nothing: it can be reset, or "
			     "belongs to the firmware");
	for (i = 0; i < c->volume_count && r == 0; i++) {
		set_random(&p->config->volumes[i]);
		r = check_volume(p, &c->volumes[i]);
	}
	for (i = 0; i < c->tunnel_count && r == 0; i++)
		r = check_tunnel(p, &c->tunnels[i]);
	return r ?: check_once(p);
}

static int parse_lines(struct parse *p, char *text)
{
	static const char *const plain[] = {
		"[agent]", "[network]", "[kbs]", "[measure]"
	};
	char *line = text, *end, section[16];
	size_t i;
	int r = 0;

	/* Sections that are not in the file have their defaults all the same. */
	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		memcpy(section, plain[i], strlen(plain[i]) + 1);
		r = parse_section(p, section) ?: set_defaults(p);
		if (r < 0)
			return r;
	}
	p->sections_seen = 0;
	p->section = NULL;
	while (line && r == 0) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		p->line++;
		r = parse_line(p, line);
		line = end;
	}
	return r ?: check_whole(p);
}

int config_parse(const char *text, size_t len, const char *name,
		 struct config *ret, struct reason *why)
{
	struct parse p = { .name = name, .config = ret, .why = why };
	cleanup_free char *copy = malloc(len + 1);
	int r;

	*ret = (struct config){
		.ca = BUF(CA_FILE_MAX), .client_cert = BUF(CA_FILE_MAX),
		.init_data = BUF(INIT_DATA_MAX),
	};
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strlen(copy) != len)
		return wrong(&p, name, "contains a NUL byte");
	r = hash(HASH_SHA384, text, len, &ret->digest);
	return r < 0 ? r : parse_lines(&p, copy);
}
