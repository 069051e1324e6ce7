/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LDFLAGS: -Wl,--wrap=file_write,--wrap=file_mkdirs,--wrap=chmod,--wrap=symlink */
/* What the KBS gives for Nebula, and the files for the real root. */
#include <stdio.h>
#include <sys/stat.h>

#include "encode.h"
#include "handover.h"
#include "log.h"
#include "test.h"
#include "vector.h"

int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group);
int __wrap_file_mkdirs(const char *path);
int __wrap_chmod(const char *path, mode_t mode);
int __wrap_symlink(const char *target, const char *path);

/* Made by nebula-cert 1.6.1: a host "vm1", 10.42.0.2/24. */
#define CERTIFICATE \
	"-----BEGIN NEBULA CERTIFICATE-----\n" \
	"CmAKA3ZtMRIJgoCoUYD+//8PKNWZjdgGMNSAkucGOiDmw0V78h7fWNJyUx3Wc7fk\n" \
	"OIL6LG0nYD+n+HfW8GQvckogEGtHCG4OEsprSK2k8xSZasgKbfSLRVVQ0gyHD+Ws\n" \
	"/fsSQMbkXSJk3pXNFfhx3X14X7ynz9J9YjpryzWdE6nnDPjfcKU40rMFfiXApm/u\n" \
	"zJjZ+xTLrV1u3j08fRzbzp4WNwk=\n" \
	"-----END NEBULA CERTIFICATE-----\n"
#define KEY \
	"-----BEGIN NEBULA X25519 PRIVATE KEY-----\n" \
	"aVrN5JD2/Sc6eFflptvgnsUwmu0XSlWjcI5cRrIskVU=\n" \
	"-----END NEBULA X25519 PRIVATE KEY-----\n"
/* As nebula-cert print shows it. */
#define PUBLIC	"e6c3457bf21edf58d272531dd673b7e43882fa2c6d27603fa7f877d6f0642f72"

#define SETTINGS \
	"{\"lighthouses\":[{\"address\":\"10.42.0.1\",\"endpoints\":" \
	"[\"192.0.2.1:4242\",\"lh.example:4242\"]}],\"listen-port\":4242," \
	"\"inbound\":[{\"port\":\"22\",\"proto\":\"tcp\",\"group\":\"admins\"}," \
	"{\"port\":\"1000-2000\",\"proto\":\"any\"}]}"

static struct {
	char path[128], text[4096];
	unsigned mode;
} writes[8];
static size_t write_count;
static unsigned fail_at, calls;
static char made_private[128], link_path[128];

int __wrap_file_write(const char *path, const void *data, size_t len,
		      unsigned mode, unsigned group)
{
	CHECK_EQ_INT(group, 0);
	if (++calls == fail_at || !CHECK(write_count < ARRAY_SIZE(writes)))
		return -ENOSPC;
	(void)snprintf(writes[write_count].path, sizeof(writes[0].path), "%s",
		       path);
	(void)snprintf(writes[write_count].text, sizeof(writes[0].text), "%.*s",
		       (int)len, (const char *)data);
	writes[write_count++].mode = mode;
	return 0;
}

int __wrap_file_mkdirs(const char *path)
{
	(void)path;
	return ++calls == fail_at ? -EROFS : 0;
}

int __wrap_chmod(const char *path, mode_t mode)
{
	if (mode == 0700)
		(void)snprintf(made_private, sizeof(made_private), "%s", path);
	return 0;
}

int __wrap_symlink(const char *target, const char *path)
{
	(void)target;
	(void)snprintf(link_path, sizeof(link_path), "%s", path);
	return 0;
}

static struct nebula n;

/* TEXT as an array of numbers. */
static void put_numbers(struct buf *b, const char *name, const char *text)
{
	size_t i;

	buf_printf(b, "%s\"%s\":[", b->len ? "," : "{", name);
	for (i = 0; text[i]; i++)
		buf_printf(b, "%s%u", i ? "," : "", (unsigned)(uint8_t)text[i]);
	buf_str(b, "]");
}

static int credential(const char *certificate, const char *key, const char *ca,
		      struct reason *why)
{
	cleanup_buf struct buf b = BUF(1024 * 1024);
	cleanup_secret struct secret s = { 0 };

	put_numbers(&b, "node_crt", certificate);
	put_numbers(&b, "node_key", key);
	put_numbers(&b, "ca_crt", ca);
	buf_str(&b, "}");
	s = secret_text(buf_cstr(&b));
	*why = (struct reason){ 0 };
	nebula_free(&n);
	return nebula_parse_credential(&s, &n, why);
}

static int settings(const char *text, struct reason *why)
{
	cleanup_secret struct secret s = secret_text(text);

	*why = (struct reason){ 0 };
	return nebula_parse_settings(&s, &n, why);
}

static void test_credential(void)
{
	static const struct {
		const char *name, *certificate, *key, *ca, *sentence;
	} bad[] = {
		{ "no certificate", "x", KEY, CERTIFICATE, "no Nebula certificate" },
		{ "no CA", CERTIFICATE, KEY, KEY, "no Nebula certificate" },
		{ "no key", CERTIFICATE, CERTIFICATE, CERTIFICATE, "not X25519" },
		{ "empty", CERTIFICATE, "", CERTIFICATE, "lacks one" },
		{ "a terminal's bytes", CERTIFICATE, KEY,
		  CERTIFICATE "\x1b[2J", "not PEM" },
		{ "more behind the key", CERTIFICATE, KEY "x", CERTIFICATE,
		  "not X25519" },
		{ "other key", CERTIFICATE,
		  "-----BEGIN NEBULA X25519 PRIVATE KEY-----\n"
		  "aVrN5JD2/Sc6eFflptvgnsUwmu0XSlWjcI5cRrIskVA=\n"
		  "-----END NEBULA X25519 PRIVATE KEY-----\n", CERTIFICATE,
		  "not that of its certificate" },
	};
	uint8_t want[TUNNEL_KEY_LEN];
	struct reason why;
	size_t i;

	REQUIRE(credential(CERTIFICATE, KEY, CERTIFICATE, &why) == 0);
	REQUIRE(hex_decode(PUBLIC, strlen(PUBLIC), want, sizeof(want)) == 0);
	CHECK_EQ_MEM(n.public_key, want, sizeof(want));
	CHECK_EQ_STR(buf_cstr(&n.certificate), CERTIFICATE);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CASE(bad[i].name);
		CHECK_EQ_INT(credential(bad[i].certificate, bad[i].key, bad[i].ca,
					&why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_TUNNEL);
		CHECK(strstr(why.text, bad[i].sentence));
		CHECK(!strstr(why.text, "aVrN"));
	}
	nebula_free(&n);
}

static void test_settings(void)
{
	static const char *const bad[] = {
		"[]", "{}", "{\"lighthouses\":[]}", "{\"lighthouses\":{}}",
		"{\"lighthouses\":[{\"address\":\"10.42.0.1\"}]}",
		"{\"lighthouses\":[{\"address\":\"10.42.0.1/24\",\"endpoints\":"
		"[\"a:1\"]}]}",
		"{\"lighthouses\":[{\"address\":\"10.42.0.1\",\"endpoints\":"
		"[\"a:1\\\"\\n\"]}]}",
		"{\"lighthouses\":[{\"address\":\"10.42.0.1\",\"endpoints\":"
		"[\"a:1\"],\"x\":1}]}",
		"{\"lighthouses\":[{\"address\":\"lh\",\"endpoints\":[\"a:1\"]}]}",
	};
	static const struct {
		const char *old, *new;
	} edits[] = {
		{ "4242,", "65536," }, { "\"22\"", "\"0\"" },
		{ "\"22\"", "\"22-\"" }, { "\"22\"", "\"22-21\"" },
		{ "\"22\"", "\"22 \"" }, { "\"22\"", "22" },
		{ "\"tcp\"", "\"sctp\"" }, { "admins", "ad mins" },
		{ "admins", "a\\u0022b" }, { "admins", "a: b" },
		{ "\"group\"", "\"cidr\"" }, { "\"inbound\"", "\"outbound\"" },
	};
	struct reason why;
	size_t i;

	REQUIRE(settings(SETTINGS, &why) == 0);
	CHECK_EQ_INT(n.lighthouse_count, 1);
	CHECK_EQ_STR(n.lighthouses[0].endpoints[1], "lh.example:4242");
	CHECK_EQ_INT(n.inbound_count, 2);
	CHECK_EQ_STR(n.inbound[0].group, "admins");
	CHECK_EQ_INT(n.listen_port, 4242);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CASE(bad[i]);
		CHECK_EQ_INT(settings(bad[i], &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_TUNNEL);
	}
	for (i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_text char *text = text_replace(SETTINGS, edits[i].old,
						       edits[i].new);

		CASE(edits[i].new);
		REQUIRE(text);
		CHECK_EQ_INT(settings(text, &why), -EBADMSG);
		CHECK_EQ_INT(why.code, CODE_TUNNEL);
	}
	nebula_free(&n);
}

static int hand_over(enum handover_target target)
{
	const struct config_tunnel c = { .name = "neb0", .kind = TUNNEL_NEBULA,
					 .handover = target };

	write_count = calls = 0;
	made_private[0] = link_path[0] = '\0';
	failure_clear();
	return handover_nebula(&c, &n);
}

#define DIR	"/run/postern/nebula/neb0"

static void test_files(void)
{
	struct reason why;
	size_t i;

	REQUIRE(credential(CERTIFICATE, KEY, CERTIFICATE, &why) == 0);
	REQUIRE(settings(SETTINGS, &why) == 0);
	CHECK_EQ_INT(hand_over(HANDOVER_AUTO), 0);
	REQUIRE(write_count == 5);
	CHECK_EQ_STR(made_private, DIR);
	for (i = 0; i < 4; i++)
		CHECK_EQ_INT(writes[i].mode, 0600);
	CHECK_EQ_STR(writes[2].path, DIR "/host.key");
	CHECK_EQ_STR(writes[2].text, KEY);
	CHECK_EQ_STR(writes[3].path, DIR "/config.yml");
	CHECK_EQ_STR(writes[3].text,
		     "pki:\n  ca: " DIR "/ca.crt\n  cert: " DIR "/host.crt\n"
		     "  key: " DIR "/host.key\nstatic_host_map:\n"
		     "  \"10.42.0.1\": [\"192.0.2.1:4242\", \"lh.example:4242\"]\n"
		     "lighthouse:\n  am_lighthouse: false\n  interval: 60\n"
		     "  hosts:\n    - \"10.42.0.1\"\nlisten:\n  host: \"::\"\n"
		     "  port: 4242\npunchy:\n  punch: true\ntun:\n  dev: neb0\n"
		     "firewall:\n  outbound:\n    - port: \"any\"\n"
		     "      proto: \"any\"\n      host: \"any\"\n  inbound:\n"
		     "    - port: \"22\"\n      proto: \"tcp\"\n"
		     "      group: \"admins\"\n    - port: \"1000-2000\"\n"
		     "      proto: \"any\"\n      host: \"any\"\n");
	CHECK(strstr(writes[4].text, "ExecStart=/usr/bin/nebula -config " DIR
		     "/config.yml\n"));
	CHECK_EQ_STR(link_path, "/run/systemd/system/multi-user.target.wants/"
		     "postern-tunnel-neb0.service");
	CHECK_EQ_INT(hand_over(HANDOVER_FILES), 0);
	CHECK_EQ_INT(write_count, 4);
	CHECK_EQ_INT(hand_over(HANDOVER_NONE), 0);
	CHECK_EQ_INT(write_count, 0);
	for (fail_at = 1; fail_at <= 8; fail_at++) {
		int r = hand_over(HANDOVER_AUTO);

		CHECK(r == -ENOSPC || r == -EROFS);
		CHECK_EQ_INT(failure()->code, CODE_TUNNEL);
	}
	fail_at = 0;
	nebula_free(&n);
}

static const struct test tests[] = {
	{ "nebula: a credential, and bad ones", test_credential },
	{ "nebula: settings, and bad ones", test_settings },
	{ "nebula: files for the real root", test_files },
};
TEST_MAIN(tests)
