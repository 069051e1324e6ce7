/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration says; test_config_bad.c has what it may not say. */
#include <stdio.h>

#include "config.h"
#include "config_value.h"
#include "limits.h"
#include "log.h"
#include "test.h"
#include "vector.h"

#define B64_A	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define B64_B	"/////////////////////////////////////////w4="
#define HASH	"4392712ba01368efdf14b05c76f9e4df0d53664630b5d48632ed17a137f39076"

/* design.md 4.2, as far as this version obeys it. */
static const char whole[] =
	"# postern.conf\n"
	"[agent]\n"
	"tee = tpm                      # or auto\n"
	"require-level = 2\n"
	"on-failure = reboot\n"
	"timeout = 15min\n"
	"allow-skip = yes\n"
	"\n"
	"[network]\n"
	"\twait=90s\n"
	"dns = 192.0.2.53, 2001:db8::53\t# two of them\n"
	"proxy = http://192.0.2.1:3128\r\n"
	"metadata = 169.254.169.254:8080\n"
	"[kbs]\n"
	"url = https://kbs.example.org:8080, https://[2001:db8::2]/\n"
	"ca = /etc/postern/kbs-ca.pem\n"
	"pin = sha256//" B64_A ",sha256//" B64_B "\n"
	"client-cert = /etc/postern/client.pem\n"
	"client-key = /etc/postern/client.key\n"
	"[measure]\n"
	"register = pcr:14\n"
	"required = no\n"
	"[volume root]\n"
	"device = PARTLABEL=root\n"
	"key = kbs:///default/disk/root\n"
	"type = luks2\n"
	"integrity = none\n"
	"sector-size = 4096\n"
	"provision = if-permitted\n"
	"mkfs = xfs\n"
	"wipe = full\n"
	"[volume usr]\n"
	"device = PARTUUID=0fc63daf-8483-4772-8e79-3d69d8477de4\n"
	"type = verity\n"
	"roothash = " HASH "\n"
	"hash-device = /dev/vda3\n"
	"data-blocks = 262144\n"
	"salt = 00FF\n"
	"[tunnel wg0]\n"
	"kind = wireguard\n"
	"credentials = kbs+external:///wg/peer?name=vm1\n"
	"handover = files\n"
	"up = no";

/* Big, and the same for all tests. */
static struct config c;

static bool load(const char *text)
{
	struct reason why = { 0 };
	int r;

	config_free(&c);
	r = config_parse(text, strlen(text), "c", &c, &why);
	if (!CHECK_EQ_INT(r, 0))
		printf("#   %s\n", why.text);
	CHECK_EQ_INT(why.code, CODE_NONE);
	return r == 0;
}

static void test_whole(void)
{
	REQUIRE(load(whole));
	CHECK_EQ_STR(c.agent.tee, "tpm");
	CHECK_EQ_INT(c.agent.require_level, 2);
	CHECK_EQ_INT(c.agent.on_failure, ON_FAILURE_REBOOT);
	CHECK_EQ_INT(c.agent.timeout, 900);
	CHECK(c.agent.allow_skip);
	CHECK_EQ_INT(c.network.wait, 90);
	CHECK_EQ_INT(c.network.dns_count, 2);
	CHECK_EQ_STR(c.network.dns[0], "192.0.2.53");
	CHECK_EQ_STR(c.network.dns[1], "2001:db8::53");
	CHECK_EQ_STR(c.network.proxy, "http://192.0.2.1:3128");
	CHECK_EQ_STR(c.network.metadata, "169.254.169.254:8080");
	CHECK_EQ_INT(c.kbs.url_count, 2);
	CHECK_EQ_STR(c.kbs.urls[0].text, "https://kbs.example.org:8080");
	CHECK_EQ_STR(c.kbs.urls[1].text, "https://[2001:db8::2]");
	CHECK_EQ_STR(c.kbs.ca_path, "/etc/postern/kbs-ca.pem");
	CHECK_EQ_STR(c.kbs.client_cert, "/etc/postern/client.pem");
	CHECK_EQ_STR(c.kbs.client_key, "/etc/postern/client.key");
	CHECK_EQ_INT(c.kbs.pin_count, 2);
	CHECK_EQ_MEM(c.kbs.pins[0], "\0\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf"
		     "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
		     "\x1e\x1f", 32);
	CHECK_EQ_INT(c.kbs.pins[1][31], 0x0e);
	CHECK_EQ_STR(c.measure.kind, "pcr");
	CHECK_EQ_INT(c.measure.index, 14);
	CHECK(!c.measure.required);
}

static void test_whole_volumes(void)
{
	const struct config_volume *v = c.volumes;

	REQUIRE(load(whole) && c.volume_count == 2 && c.tunnel_count == 1);
	CHECK_EQ_STR(v[0].name, "root");
	CHECK_EQ_STR(v[0].device, "PARTLABEL=root");
	CHECK_EQ_STR(v[0].key, "kbs:///default/disk/root");
	CHECK_EQ_INT(v[0].type, VOLUME_LUKS2);
	CHECK_EQ_INT(v[0].sector_size, 4096);
	CHECK_EQ_INT(v[0].provision, PROVISION_IF_PERMITTED);
	CHECK_EQ_INT(v[0].mkfs, MKFS_XFS);
	CHECK_EQ_INT(v[0].wipe, WIPE_FULL);
	CHECK_EQ_INT(v[1].wipe, WIPE_AUTO);
	CHECK_EQ_INT(v[1].provision, PROVISION_NO);
	CHECK_EQ_INT(v[1].mkfs, MKFS_NONE);
	CHECK_EQ_INT(v[0].roothash.len, 0);
	CHECK_EQ_STR(v[1].name, "usr");
	CHECK_EQ_STR(v[1].device, "PARTUUID=0fc63daf-8483-4772-8e79-3d69d8477de4");
	CHECK_EQ_STR(v[1].key, "");
	CHECK_EQ_INT(v[1].type, VOLUME_VERITY);
	CHECK_EQ_INT(v[1].sector_size, 0);
	CHECK(equals_hex(v[1].roothash.data, v[1].roothash.len, HASH));
	CHECK(equals_hex(v[1].salt.data, v[1].salt.len, "00ff"));
	CHECK_EQ_STR(v[1].hash_device, "/dev/vda3");
	CHECK_EQ_INT(v[1].data_blocks, 262144);
	CHECK_EQ_STR(c.tunnels[0].name, "wg0");
	CHECK_EQ_STR(c.tunnels[0].credentials, "kbs+external:///wg/peer?name=vm1");
	CHECK_EQ_INT(c.tunnels[0].handover, HANDOVER_FILES);
}

static void test_defaults(void)
{
	REQUIRE(load("[kbs]\nurl=https://k\nca=/c\n[agent]\ntee=tpm\n"
		     "[volume a]\ndevice=/dev/vda\nkey=kbs:///a/b/c\n"
		     "[tunnel t]\ncredentials=kbs:///a/b/d\n"));
	CHECK_EQ_INT(c.agent.require_level, 0);
	CHECK_EQ_INT(c.agent.on_failure, ON_FAILURE_POWEROFF);
	CHECK_EQ_INT(c.agent.timeout, 600);
	CHECK(!c.agent.allow_skip);
	CHECK_EQ_INT(c.network.wait, 60);
	CHECK_EQ_INT(c.network.dns_count, 0);
	CHECK_EQ_STR(c.network.proxy, "");
	CHECK_EQ_STR(c.network.metadata, "");
	CHECK_EQ_INT(c.kbs.pin_count, 0);
	CHECK_EQ_STR(c.kbs.client_key, "");
	CHECK_EQ_STR(c.measure.kind, "auto");
	CHECK(c.measure.required);
	CHECK_EQ_INT(c.volumes[0].type, VOLUME_LUKS2);
	CHECK_EQ_INT(c.volumes[0].sector_size, 0);
	CHECK_EQ_INT(c.tunnels[0].handover, HANDOVER_AUTO);
	CHECK(!c.loaded);
}

/* SHA-384 of the bytes, as a verifier computes it from the file. */
static void test_digest(void)
{
	struct digest d;

	REQUIRE(load(whole));
	REQUIRE(hash(HASH_SHA384, whole, strlen(whole), &d) == 0);
	CHECK(c.digest.alg == HASH_SHA384);
	CHECK_EQ_MEM(c.digest.bytes, d.bytes, 48);
}

/* One more of each list than fits is in test_config_bad.c. */
static void test_many(void)
{
	cleanup_buf struct buf b = BUF(CONFIG_FILE_MAX);
	size_t i;

	buf_str(&b, "[agent]\ntee = tpm\n[kbs]\npin = sha256//" B64_A);
	for (i = 1; i < CONFIG_PINS_MAX; i++)
		buf_str(&b, ", sha256//" B64_A);
	buf_str(&b, "\nurl = https://k0");
	for (i = 1; i < CONFIG_URLS_MAX; i++)
		buf_printf(&b, ",https://k%zu", i);
	for (i = 0; i < CONFIG_VOLUMES_MAX; i++)
		buf_printf(&b, "\n[volume v%zu]\ndevice = /dev/vd%c\n"
			   "key = kbs:///a/b/c", i, (char)('a' + i));
	for (i = 0; i < CONFIG_TUNNELS_MAX; i++)
		buf_printf(&b, "\n[tunnel t%zu]\ncredentials = kbs:///a/b/c", i);
	REQUIRE(load(buf_cstr(&b)));
	CHECK_EQ_INT(c.kbs.pin_count, CONFIG_PINS_MAX);
	CHECK_EQ_INT(c.kbs.url_count, CONFIG_URLS_MAX);
	CHECK_EQ_STR(c.kbs.urls[CONFIG_URLS_MAX - 1].text, "https://k7");
	CHECK_EQ_INT(c.volume_count, CONFIG_VOLUMES_MAX);
	CHECK_EQ_STR(c.volumes[15].name, "v15");
	CHECK_EQ_STR(c.volumes[15].device, "/dev/vdp");
	CHECK_EQ_INT(c.tunnel_count, CONFIG_TUNNELS_MAX);
	CHECK_EQ_STR(c.tunnels[7].name, "t7");
}

/* --- config_load() --- */

#define DIR_TEMPLATE	"/tmp/postern-test-XXXXXX"

struct dir {
	char path[sizeof(DIR_TEMPLATE)];
};

static void put(const struct dir *d, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", d->path, name);
	f = fopen(path, "we");
	if (!CHECK(f != NULL))
		return;
	CHECK(fputs(text, f) >= 0);
	CHECK_EQ_INT(fclose(f), 0);
}

static void dir_free(struct dir *d)
{
	static const char *const names[] = { "c", "ca", "cert", "key" };
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", d->path, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(d->path);
}

static int load_file(const struct dir *d)
{
	char path[128];

	config_free(&c);
	failure_clear();
	(void)snprintf(path, sizeof(path), "%s/c", d->path);
	return config_load(path, &c);
}

static void put_config(const struct dir *d)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "[agent]\ntee = tpm\n[kbs]\n"
		       "url = https://k\nca = %s/ca\nclient-cert = %s/cert\n"
		       "client-key = %s/key\n", d->path, d->path, d->path);
	put(d, "c", text);
}

static void test_load(void)
{
	cleanup(dir_free) struct dir d = { DIR_TEMPLATE };
	char path[128];

	REQUIRE(mkdtemp(d.path) != NULL);
	put_config(&d);
	put(&d, "ca", "the ca");
	put(&d, "cert", "the cert");
	put(&d, "key", "the key");
	CHECK_EQ_INT(load_file(&d), 0);
	CHECK(c.loaded);
	CHECK_EQ_STR(buf_cstr(&c.ca), "the ca");
	CHECK_EQ_STR(buf_cstr(&c.client_cert), "the cert");
	REQUIRE(c.client_key.len == 8);
	CHECK_EQ_MEM(c.client_key.data, "the key", 8);
	/* Each file that is not there. */
	(void)snprintf(path, sizeof(path), "%s/key", d.path);
	CHECK_EQ_INT(unlink(path), 0);
	CHECK_EQ_INT(load_file(&d), -EINVAL);
	CHECK(!c.loaded);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
	CHECK(strstr(failure()->text, path) != NULL);
	(void)snprintf(path, sizeof(path), "%s/ca", d.path);
	CHECK_EQ_INT(unlink(path), 0);
	CHECK_EQ_INT(load_file(&d), -EINVAL);
	CHECK(strstr(failure()->text, path) != NULL);
	(void)snprintf(path, sizeof(path), "%s/c", d.path);
	put(&d, "c", "[agent]\ntee = tpm\nnonsense\n");
	CHECK_EQ_INT(load_file(&d), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
	CHECK(strncmp(failure()->text, path, strlen(path)) == 0);
	CHECK(strstr(failure()->text, ":3: 'nonsense'") != NULL);
	CHECK_EQ_INT(unlink(path), 0);
	CHECK_EQ_INT(load_file(&d), -EINVAL);
	CHECK(strstr(failure()->text, path) != NULL);
	config_free(&c);
}

static void test_load_big(void)
{
	cleanup(dir_free) struct dir d = { DIR_TEMPLATE };
	static char text[CONFIG_FILE_MAX + 1];

	REQUIRE(mkdtemp(d.path) != NULL);
	memset(text, '\n', sizeof(text) - 1);
	put(&d, "c", text);
	CHECK_EQ_INT(load_file(&d), -EINVAL);
	CHECK_EQ_INT(failure()->code, CODE_CONFIG);
	CHECK(strstr(failure()->text, "cannot read") != NULL);
	config_free(&c);
}

/* Nothing but an address may be asked for metadata. */
static void test_metadata(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "169.254.169.254", true }, { "192.0.2.1:65535", true },
		{ "[fe80::1]", true }, { "[2001:db8::1]:80", true },
		{ "metadata.example", false }, { "http://192.0.2.1", false },
		{ "192.0.2.1/", false }, { "192.0.2.1:0", false },
		{ "192.0.2.1:", false }, { "192.0.2.1:65536", false },
		{ "192.0.2", false }, { "192.0.2.1000", false },
		{ "192.0.2.1@k", false }, { "localhost", false },
		{ "2001:db8::1", false }, { "[2001:db8::1", false },
		{ "[]:80", false }, { "[192.0.2.1]", false },
		{ "[2001:db8::1]80", false }, { "[fe80::1%eth0]", false },
	};
	char out[CONFIG_NAME_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CASE(cases[i].text);
		CHECK(!value_address(cases[i].text, out, NULL) == cases[i].good);
	}
}

static const struct test tests[] = {
	{ "whole", test_whole },
	{ "whole, volumes and tunnels", test_whole_volumes },
	{ "defaults", test_defaults },
	{ "metadata service", test_metadata },
	{ "digest", test_digest },
	{ "as many as fit", test_many },
	{ "load", test_load },
	{ "load a big one", test_load_big },
};

TEST_MAIN(tests)
