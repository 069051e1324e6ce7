/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postern check: what a boot would do on this machine, without opening, fetching
 * or extending anything; or what is missing from an image (check_image.c).  What does not depend on a thing that failed is looked
 * at all the same, so that one run tells everything.
 */
#include <stdio.h>
#include <string.h>

#include "attester.h"
#include "boot.h"
#include "check.h"
#include "command.h"
#include "log.h"
#include "provision.h"

void check_tell(struct checks *c, int r, int status, const char *topic,
		const char *good, const char *fix)
{
	char text[4 * REASON_TEXT_MAX], *p;
	enum code code = failure()->code ?: CODE_INTERNAL;

	if (!fix)
		fix = code_hint(code);
	log_escape(text, sizeof(text), r == 0 ? good : failure()->text);
	for (p = text; c->json && *p; p++)
		if (*p == '"' || *p == '\\')
			*p = '\'';
	if (c->json)
		printf("%s{\"check\":\"%s\",\"result\":\"%s\",\"text\":\"%s\","
		       "\"fix\":\"%s\"}", c->count ? ",\n " : "[", topic,
		       r == 0 ? "ok" : code_name(code), text,
		       r == 0 ? "" : fix);
	else if (r == 0)
		printf("%-22s ok      %s\n", topic, text);
	else
		printf("%-22s %s: %s\n%-22s fix: %s\n", topic, code_name(code),
		       text, "", fix);
	c->count++;
	c->failed += r != 0;
	if (r != 0 && status > c->worst)
		c->worst = status;
	failure_clear();
	log_step("check");
}

static void tell(struct checks *c, const struct boot *b, int r,
		 const char *topic, const char *good)
{
	check_tell(c, r, boot_exit_status(b, r), topic, good, NULL);
}

static void check_tee(struct checks *c, struct boot *b)
{
	char text[128] = "";
	int r = boot_step(b, "detect");

	if (r == 0)
		(void)snprintf(text, sizeof(text), "%s, register %s:%u",
			       b->session.attester->name, b->measure.measurer ?
			       b->measure.measurer->name : "none",
			       b->measure.index);
	tell(c, b, r, "tee", text);
}

/* True when V may still be made, by a boot to which the KBS says so. */
static bool is_to_make(const struct volume *v)
{
	enum provision_state state;

	return v->config->provision != PROVISION_NO && v->device.fd >= 0 &&
	       provision_state(&v->device, NULL, NULL, &state) == 0 &&
	       state == DEVICE_BLANK;
}

/* The key is not asked for: a header is compared with the profile alone. */
static void check_volume(struct checks *c, const struct boot *b,
			 struct volume *v)
{
	char topic[sizeof("volume ") + CONFIG_NAME_MAX], text[256] = "";
	int r;

	v->until_ms = 0;		/* what will come is not here to check */
	r = volume_read(v);
	(void)snprintf(topic, sizeof(topic), "volume %s", v->config->name);
	if (r == 0 && is_to_make(v))
		(void)snprintf(text, sizeof(text), "%s is blank: the volume is "
			       "made when the KBS says so", v->device.path);
	else if (r == 0)
		r = volume_check(v);
	if (r == 0 && !text[0])
		(void)snprintf(text, sizeof(text), "%s%s%s", v->device.path,
			       v->header.uuid[0] ? ", UUID " : "",
			       v->header.uuid);
	tell(c, b, r, topic, text);
}

static void check_kbs(struct checks *c, struct boot *b)
{
	char text[512] = "";
	int r = boot_attest(b);

	if (r == 0)
		(void)snprintf(text, sizeof(text), "%.200s: %.60s", b->session.url,
			       ear_status(&b->session.ear));
	tell(c, b, r, "kbs", text);
}

static void check_all(struct checks *c, struct boot *b)
{
	int r = boot_step(b, "config");
	size_t i;

	tell(c, b, r, "config", "read");
	check_tee(c, b);
	for (i = 0; i < b->volume_count; i++)
		check_volume(c, b, &b->volumes[i]);
	if (b->provider)
		check_kbs(c, b);
}

static int check_machine(struct checks *c, const struct options *o)
{
	struct boot *b;
	int r;

	b = command_start(o, true, &r);
	if (r < 0)
		return command_finish(b, r);
	check_all(c, b);
	boot_free(b);
	return 0;
}

int command_check(const struct options *o)
{
	struct checks c = { .json = o->json };
	int status = 0;

	if (o->root && o->initramfs) {
		fprintf(stderr, "postern: check: --root and --initramfs are two "
			"images\n");
		return 2;
	}
	if (o->root || o->initramfs)
		check_image(&c, o);
	else
		status = check_machine(&c, o);
	if (c.json && c.count)
		printf("]\n");
	else if (c.failed)
		printf("%u of %u would stop a boot\n", c.failed, c.count);
	return status ?: c.worst;
}
