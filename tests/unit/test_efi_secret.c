/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In the place of securityfs, whose unlink(2) wipes the kernel's memory. */
#include <fcntl.h>
#include <sys/stat.h>

#include "config.h"
#include "efi_secret.h"
#include "keyprovider.h"
#include "limits.h"
#include "log.h"
#include "secret.h"
#include "test.h"

#define GUID	"736869e5-84f0-4973-92ec-06879ce3da0b"
#define URI	"efi-secret:" GUID
#define UPPER	"efi-secret:736869E5-84F0-4973-92EC-06879CE3DA0B"
#define OTHER	"efi-secret:e6f5a162-d67f-4750-a67c-5d065f2a9910"

static char dir[] = "/tmp/postern-test-XXXXXX";

static void path_of(char path[256], const char *name)
{
	(void)snprintf(path, 256, "%s/%s", dir, name);
}

static bool put(const char *name, size_t len)
{
	char path[256], byte = 'k';
	bool good = true;
	int fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (!CHECK(fd >= 0))
		return false;
	for (; len && good; len--)
		good = write(fd, &byte, 1) == 1;
	close_fd(&fd);
	return CHECK(good);
}

static bool is_there(const char *name)
{
	char path[256];

	path_of(path, name);
	return access(path, F_OK) == 0;
}

static void drop(const char *name)
{
	char path[256];

	path_of(path, name);
	(void)unlink(path);
}

static void test_read(void)
{
	cleanup_secret struct secret s = { 0 };

	REQUIRE(put(GUID, 32));
	REQUIRE(efi_secret_read(dir, GUID, &s) == 0);
	CHECK_EQ_INT(s.len, 32);
	CHECK_EQ_INT(s.data[31], 'k');
	CHECK(!is_there(GUID));
	/* A second time it is gone. */
	failure_clear();
	CHECK_EQ_INT(efi_secret_read(dir, GUID, &s), -ENOENT);
	CHECK_EQ_INT(failure()->code, CODE_RESOURCE);
	CHECK_EQ_INT(s.len, 32);
}

/* The kernel's names are in lower case, whatever the configuration has. */
static void test_upper(void)
{
	cleanup_secret struct secret s = { 0 };

	REQUIRE(put(GUID, 1));
	CHECK_EQ_INT(efi_secret_read(dir, strchr(UPPER, ':') + 1, &s), 0);
	CHECK(!is_there(GUID));
}

static void test_limits(void)
{
	struct secret s = { 0 };

	REQUIRE(put(GUID, KEY_MAX + 1));
	CHECK_EQ_INT(efi_secret_read(dir, GUID, &s), -EMSGSIZE);
	CHECK(!s.data);
	REQUIRE(put(GUID, 0));
	CHECK_EQ_INT(efi_secret_read(dir, GUID, &s), -EBADMSG);
	REQUIRE(put(GUID, KEY_MAX));
	CHECK_EQ_INT(efi_secret_read(dir, GUID, &s), 0);
	CHECK_EQ_INT(s.len, KEY_MAX);
	secret_free(&s);
}

/* A link in its place is not followed. */
static void test_link(void)
{
	struct secret s = { 0 };
	char path[256];

	REQUIRE(put("other", 4));
	path_of(path, GUID);
	REQUIRE(symlink("other", path) == 0);
	CHECK_EQ_INT(efi_secret_read(dir, GUID, &s), -ELOOP);
	CHECK(is_there("other"));
	drop(GUID);
	drop("other");
}

static void test_uri(void)
{
	static const char *const bad[] = {
		"efi-secret:", "efi-secret:" GUID "0", "efi-secret:../../../key",
		"efi-secret:736869e5-84f0-4973-92ec-06879ce3da0",
		"efi-secret:736869e5-84f0-4973-92ec_06879ce3da0b",
		"efi-secret:736869e5-84f0-4973-92ec-06879ce3da0g",
		"efi-secret:{36869e5-84f0-4973-92ec-06879ce3da0}",
		"efi-secret:" GUID "/x",
	};
	const struct key_provider *p = key_provider_find(URI);
	struct reason why = { 0 };
	size_t i;

	REQUIRE(p);
	CHECK_EQ_STR(p->name, "efi-secret");
	CHECK(!p->challenge && !p->attest);
	CHECK_EQ_INT(p->check_uri(URI, &why), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CASE(bad[i]);
		CHECK_EQ_INT(p->check_uri(bad[i], &why), -EINVAL);
		CHECK_EQ_INT(why.code, CODE_CONFIG);
	}
}

/* A configuration without a KBS, which only such keys allow. */
#define VOLUME(name, key) \
	"[volume " name "]\ndevice = /dev/a\nkey = " key "\n"

static void test_config(void)
{
	static const struct {
		const char *text, *why;
		bool attests;
	} cases[] = {
		{ "[agent]\ntee = sev\n" VOLUME("a", URI), NULL, false },
		{ "[agent]\ntee = sev\n" VOLUME("a", URI)
		  VOLUME("b", "kbs:///a/b/c"), "'url' is missing", true },
		{ "[agent]\ntee = tpm\n[kbs]\nurl = https://k\nca = /c\n"
		  VOLUME("a", URI) VOLUME("b", "kbs:///a/b/c"), NULL, true },
		{ "[agent]\ntee = sev\n", "'url' is missing", true },
		{ "[agent]\ntee = sev\n" VOLUME("a", "efi-secret:x"),
		  "efi-secret:<GUID>", false },
		{ "[agent]\ntee = sev\n" VOLUME("a", URI) VOLUME("b", URI),
		  "can be read once", false },
		{ "[agent]\ntee = sev\n" VOLUME("a", URI) VOLUME("b", UPPER)
		  "[tunnel t]\ncredentials = " OTHER "\n", "can be read once",
		  false },
		{ "[agent]\ntee = sev\n" VOLUME("a", URI)
		  "[tunnel t]\ncredentials = " UPPER "\n", "can be read once",
		  false },
		{ "[agent]\ntee = sev\n" VOLUME("a", URI) VOLUME("b", OTHER),
		  NULL, false },
		{ "[agent]\ntee = tpm\n[kbs]\nurl = https://k\nca = /c\n"
		  VOLUME("a", "kbs:///a/b/c") VOLUME("b", "kbs:///a/b/c"), NULL,
		  true },
	};
	struct config *c = calloc(1, sizeof(*c));
	size_t i;

	REQUIRE(c);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reason why = { 0 };
		int r = config_parse(cases[i].text, strlen(cases[i].text), "c", c,
				     &why);

		CASE(cases[i].text);
		CHECK_EQ_INT(r, cases[i].why ? -EINVAL : 0);
		if (cases[i].why && !CHECK(strstr(why.text, cases[i].why)))
			printf("#   is '%s'\n", why.text);
		CHECK((key_provider_attesting(c) != NULL) == cases[i].attests);
		config_free(c);
	}
	free(c);
}

static void test_end(void)
{
	drop(GUID);
	CHECK(rmdir(dir) == 0);
}

static void test_begin(void)
{
	CHECK(mkdtemp(dir));
}

static const struct test tests[] = {
	{ "a place", test_begin },
	{ "read once", test_read },
	{ "upper case", test_upper },
	{ "limits", test_limits },
	{ "a link", test_link },
	{ "URIs", test_uri },
	{ "without a KBS", test_config },
	{ "nothing is left", test_end },
};

TEST_MAIN(tests)
