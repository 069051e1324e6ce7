/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot report: JSON with the members of design.md 4.6, whatever happened. */
#include <stdio.h>

#include "attester.h"
#include "boot.h"
#include "log.h"
#include "report.h"
#include "test.h"
#include "vector.h"

#define REPORT_LIMIT	(128 * 1024)
#define SET(field, text) \
	(void)snprintf(field, sizeof(field), "%s", text)
#define EVIL		"a\"b\\c\n\x1b[2J\xc3\xa9"

static struct boot *boot;

/* A boot that went as far as a boot goes. */
static void fill(void)
{
	static struct config c;
	struct session *s = &boot->session;

	c.volumes[0] = (struct config_volume){ .name = "root" };
	c.volumes[1] = (struct config_volume){ .name = "usr",
					       .type = VOLUME_VERITY };
	c.tunnels[0] = (struct config_tunnel){ .name = "wg0" };
	SET(boot->config.agent.tee, "sample");
	s->attester = attester_find("sample");
	s->url = "https://kbs.example.org:8080";
	s->has_identity = true;
	memset(s->identity, 0xff, sizeof(s->identity));
	s->ear.count = 2;
	s->ear.submods[1] = (struct ear_submod){ .name = "gpu0",
						 .status = "none" };
	s->ear.submods[0] = (struct ear_submod){
		.name = "cpu0", .status = "warning", .vector = { 0, 36, 0, -1 },
	};
	boot->steps[0] = (struct boot_step){ "detect", CODE_NONE, 3, 1 };
	boot->steps[1] = (struct boot_step){ "attest", CODE_KBS_DENIED, 61000, 2 };
	boot->step_count = 2;
	boot->volume_count = 2;
	volume_init(&boot->volumes[0], &c.volumes[0]);
	volume_init(&boot->volumes[1], &c.volumes[1]);
	SET(boot->volumes[0].header.uuid, "b7b439c1-6377-491f-995e-f1a2433492ff");
	boot->volumes[0].header_authenticated = true;
	boot->volumes[0].opened = true;
	boot->volumes[0].spare_header = true;
	boot->volumes[0].header_digest.alg = HASH_SHA256;
	boot->tunnel_count = 2;
	boot->tunnels[0].config = boot->tunnels[1].config = &c.tunnels[0];
	SET(boot->tunnels[0].public_key, "AAECAwQFBgc=");
	boot->level = (struct level){ 3, 1, { "one reason", "another" }, 2 };
}

static void fill_measurements(void)
{
	struct measure *m = &boot->measure;

	m->measurer = measurer_find("pcr");
	m->index = 15;
	m->count = 2;
	SET(m->events[0].text, "postern config 00");
	m->events[0].count = 2;
	m->events[0].digests[0].alg = HASH_SHA256;
	m->events[0].digests[1].alg = HASH_SHA384;
	memset(m->events[0].digests[1].bytes, 0xab, 64);
	SET(m->events[1].text, "postern leave");
	m->events[1].count = 1;
	m->events[1].digests[0].alg = HASH_SHA1;
}

/* One that an earlier boot made; the key is not the report's. */
static void fill_made(struct volume *v)
{
	v->header_authenticated = false;
	v->spare_header = false;
	v->header.suite = luks_suite_find("aes-xts-plain64", NULL);
	v->header.sector_size = 512;
	v->descriptor.provision = true;
	v->descriptor.generation = 3;
}

static void begin(void)
{
	boot = calloc(1, sizeof(*boot));
	if (!boot)
		abort();
	failure_clear();
}

static void end(void)
{
	boot_free(boot);
	boot = NULL;
}

/* The report as it would be written, parsed. */
static bool report(enum code result, struct vector *v)
{
	vector_free(v);
	*v = (struct vector)VECTOR;
	if (!CHECK_EQ_INT(report_json(boot, result, &v->text), 0) ||
	    !CHECK(buf_cstr(&v->text) != NULL))
		return false;
	CHECK(v->text.len > 1 && v->text.data[v->text.len - 1] == '\n');
	return CHECK_EQ_INT(json_parse(&v->json, (const char *)v->text.data,
				       v->text.len, CODE_INTERNAL, NULL), 0);
}

/* The value at PLACE is the JSON value WANT. */
static void check_at(const struct vector *v, const char *place, const char *want)
{
	cleanup_json struct json j = { 0 };

	CASE(place);
	if (!CHECK_EQ_INT(json_parse(&j, want, strlen(want), CODE_INTERNAL,
				     NULL), 0))
		return;
	if (!CHECK(vector_same(&v->json, vector_at(v, place), &j, json_root(&j))))
		printf("#   %s is not %s\n", (const char *)v->text.data, want);
}

#define ZERO32	"00000000000000000000000000000000" \
		"00000000000000000000000000000000"
#define AB48	"abababababababababababababababab" \
		"abababababababababababababababab" \
		"abababababababababababababababab"

static void test_whole(void)
{
	cleanup_vector struct vector v = VECTOR;

	begin();
	fill();
	fill_measurements();
	REQUIRE(report(CODE_NONE, &v));
	CHECK_EQ_INT(json_root(&v.json)->count, 11);
	check_at(&v, "postern", "\"" POSTERN_VERSION "\"");
	check_at(&v, "result", "\"ok\"");
	check_at(&v, "tee", "\"sample\"");
	check_at(&v, "tee-pinned", "true");
	check_at(&v, "tee-remark", "null");
	check_at(&v, "kbs", "{\"url\":\"https://kbs.example.org:8080\","
		 "\"identity\":\"sha256//"
		 "//////////////////////////////////////////8=\","
		 "\"ear\":{\"status\":\"warning\",\"submods\":{\"cpu0\":{"
		 "\"status\":\"warning\",\"configuration\":36,"
		 "\"file-system\":-1},\"gpu0\":{\"status\":\"none\"}}}}");
	check_at(&v, "steps", "[{\"step\":\"detect\",\"result\":\"ok\",\"ms\":3,"
		 "\"tries\":1},{\"step\":\"attest\",\"result\":\"KBS_DENIED\","
		 "\"ms\":61000,\"tries\":2}]");
	check_at(&v, "volumes", "[{\"name\":\"root\","
		 "\"uuid\":\"b7b439c1-6377-491f-995e-f1a2433492ff\","
		 "\"header\":\"authenticated\",\"integrity\":\"none\","
		 "\"opened\":true,\"header-digest\":\"" ZERO32 "\","
		 "\"rotation\":\"unfinished\"},"
		 "{\"name\":\"usr\",\"uuid\":null,"
		 "\"header\":\"verity\",\"integrity\":\"verity\","
		 "\"opened\":false}]");
	check_at(&v, "measurements", "[{\"register\":\"pcr:15\","
		 "\"alg\":\"sha256\",\"digest\":\"" ZERO32 "\","
		 "\"event\":\"postern config 00\"},{\"register\":\"pcr:15\","
		 "\"alg\":\"sha384\",\"digest\":\"" AB48 "\","
		 "\"event\":\"postern config 00\"},{\"register\":\"pcr:15\","
		 "\"alg\":\"sha1\","
		 "\"digest\":\"0000000000000000000000000000000000000000\","
		 "\"event\":\"postern leave\"}]");
	check_at(&v, "tunnel", "[{\"name\":\"wg0\",\"kind\":\"wireguard\","
		 "\"public_key\":\"AAECAwQFBgc=\"},{\"name\":\"wg0\","
		 "\"kind\":\"wireguard\",\"public_key\":null}]");
	check_at(&v, "level", "{\"nominal\":3,\"trustworthy\":1,"
		 "\"reasons\":[\"one reason\",\"another\"]}");
	end();
}

/* A boot that failed before anything was known. */
static void test_empty(void)
{
	cleanup_vector struct vector v = VECTOR;

	begin();
	CHECK_EQ_INT(fail(-EINVAL, CODE_CONFIG, "c:1: no"), -EINVAL);
	REQUIRE(report(CODE_CONFIG, &v));
	check_at(&v, "result", "\"CONFIG\"");
	check_at(&v, "reason", "\"c:1: no\"");
	check_at(&v, "tee", "null");
	check_at(&v, "kbs", "{\"url\":null,\"identity\":null,\"ear\":{"
		 "\"status\":\"none\",\"submods\":{}}}");
	check_at(&v, "steps", "[]");
	check_at(&v, "volumes", "[]");
	check_at(&v, "measurements", "[]");
	check_at(&v, "tunnel", "[]");
	check_at(&v, "level", "{\"nominal\":0,\"trustworthy\":0,\"reasons\":[]}");
	SET(boot->config.agent.tee, "auto");
	REQUIRE(report(CODE_CONFIG, &v));
	check_at(&v, "tee-pinned", "false");
	end();
}

/* Text of others stays text. */
static void test_escaped(void)
{
	cleanup_vector struct vector v = VECTOR;
	struct cmdline unused;
	struct reason why;

	begin();
	fill();
	CHECK_EQ_INT(fail(-EIO, CODE_RESOURCE, "'%s'", EVIL), -EIO);
	boot->session.ear.submods[0] = (struct ear_submod){
		.name = "a\"b\\\n", .status = "\x01\xc3\xa9",
	};
	REQUIRE(report(CODE_RESOURCE, &v));
	check_at(&v, "reason", "\"'a\\\"b\\\\x5cc\\\\x0a\\\\x1b[2J"
		 "\\\\xc3\\\\xa9'\"");
	check_at(&v, "kbs/ear/submods", "{\"a\\\"b\\\\\\n\":{"
		 "\"status\":\"\\u0001\xc3\xa9\"},\"gpu0\":{\"status\":\"none\"}}");
	/* An unknown kernel parameter is such a text, and may be no UTF-8. */
	CHECK_EQ_INT(cmdline_parse("rd.postern.\xff\"", &unused, &why), -EINVAL);
	CHECK_EQ_INT(fail_reason(-EINVAL, &why), -EINVAL);
	REQUIRE(report(CODE_CONFIG, &v));
	check_at(&v, "reason", "\"kernel parameter 'rd.postern.\\\\xff\\\"' is "
		 "not known\"");
	end();
}

/* All that the struct has room for is within the limit of the file. */
static void test_full(void)
{
	static struct config c;
	cleanup_buf struct buf text = BUF(REPORT_LIMIT), small = BUF(100);
	size_t i, k;

	begin();
	fill();
	fill_measurements();
	memset(c.volumes[0].name, 'v', CONFIG_NAME_MAX - 1);
	memset(c.tunnels[0].name, 't', CONFIG_NAME_MAX - 1);
	boot->step_count = BOOT_STEPS_MAX;
	for (i = 0; i < BOOT_STEPS_MAX; i++)
		boot->steps[i] = boot->steps[1];
	boot->volume_count = CONFIG_VOLUMES_MAX;
	for (i = 0; i < CONFIG_VOLUMES_MAX; i++)
		volume_init(&boot->volumes[i], &c.volumes[0]);
	boot->tunnel_count = CONFIG_TUNNELS_MAX;
	for (i = 0; i < CONFIG_TUNNELS_MAX; i++)
		boot->tunnels[i].config = &c.tunnels[0];
	/* As many as this configuration makes, with four banks each. */
	boot->measure.count = 3 + CONFIG_VOLUMES_MAX + CONFIG_TUNNELS_MAX;
	for (i = 0; i < boot->measure.count; i++) {
		boot->measure.events[i].count = HASH_COUNT;
		for (k = 0; k < HASH_COUNT; k++)
			boot->measure.events[i].digests[k].alg = (enum hash)k;
		memset(boot->measure.events[i].text, 'e', 300);
	}
	CHECK_EQ_INT(report_json(boot, CODE_NONE, &text), 0);
	CHECK_EQ_INT(report_json(boot, CODE_NONE, &small), -EMSGSIZE);
	end();
}

static void test_made(void)
{
	cleanup_vector struct vector v = VECTOR;

	begin();
	fill();
	fill_made(&boot->volumes[0]);
	boot->volume_count = 1;
	REQUIRE(report(CODE_NONE, &v));
	check_at(&v, "volumes", "[{\"name\":\"root\","
		 "\"uuid\":\"b7b439c1-6377-491f-995e-f1a2433492ff\","
		 "\"header\":\"profile-checked\",\"integrity\":\"none\","
		 "\"opened\":true,\"header-digest\":\"" ZERO32 "\","
		 "\"rotation\":\"none\",\"made\":false,\"descriptor\":"
		 "{\"postern\":1,"
		 "\"uuid\":\"b7b439c1-6377-491f-995e-f1a2433492ff\","
		 "\"generation\":3,\"header-mac\":\"" ZERO32 "\",\"profile\":"
		 "{\"cipher\":\"aes-xts-plain64\",\"key-bits\":512,"
		 "\"sector-size\":512,\"integrity\":\"none\"},"
		 "\"provision\":false}}]");
	end();
}

/* With nofail: the code and the sentence, in which anything may stand. */
static void test_left_out(void)
{
	cleanup_vector struct vector v = VECTOR;

	begin();
	fill();
	boot->volume_count = 1;
	boot->volumes[0].opened = false;
	boot->volumes[0].skipped.code = CODE_HEADER_MAC;
	SET(boot->volumes[0].skipped.text, "no\n");
	REQUIRE(report(CODE_NONE, &v));
	check_at(&v, "volumes", "[{\"name\":\"root\","
		 "\"uuid\":\"b7b439c1-6377-491f-995e-f1a2433492ff\","
		 "\"header\":\"authenticated\",\"integrity\":\"none\","
		 "\"opened\":false,\"skipped\":\"HEADER_MAC\","
		 "\"reason\":\"no\\\\x0a\"}]");
	end();
}

static void test_random(void)
{
	static const struct config_volume c = { .name = "swap",
						.type = VOLUME_RANDOM };
	cleanup_vector struct vector v = VECTOR;

	begin();
	boot->volume_count = 1;
	volume_init(&boot->volumes[0], &c);
	boot->volumes[0].header_authenticated = true;
	boot->volumes[0].opened = true;
	REQUIRE(report(CODE_NONE, &v));
	check_at(&v, "volumes", "[{\"name\":\"swap\",\"uuid\":null,"
		 "\"header\":\"random\",\"integrity\":\"none\","
		 "\"opened\":true}]");
	end();
}

static const struct test tests[] = {
	{ "whole", test_whole },
	{ "empty", test_empty },
	{ "escaped", test_escaped },
	{ "full", test_full },
	{ "made", test_made },
	{ "skipped", test_left_out },
	{ "random", test_random },
};

TEST_MAIN(tests)
